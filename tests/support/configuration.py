"""A KoSIT configuration as its publishers zip it, made from the artefacts of this installation and a text of ours."""

import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from einvoice.rules import Pack, RuleFolders, load_packs
from einvoice.rules.manifest import ArtefactFile
from einvoice.settings import Settings

XRECHNUNG = "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
CII_MATCH = (
    "exists(/rsm:CrossIndustryInvoice[rsm:ExchangedDocumentContext/ram:GuidelineSpecifiedDocumentContextParameter"
    f"/ram:ID/text() = '{XRECHNUNG}'])"
)
UBL_MATCH = f"exists(/inv:Invoice/cbc:CustomizationID[ . = '{XRECHNUNG}'])"
ACCEPT = "/rep:report/rep:assessment[1]/rep:accept[1]"

_NAMESPACES = {
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "inv": "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
    "rep": "http://www.xoev.de/de/validator/varl/1",
}


def scenario(
    name: str, match: str, schema: str, sheets: tuple[str, ...], *, levels: str = "", accept: str = ACCEPT
) -> str:
    """One scenario; all paths below resources/."""
    namespaces = "".join(f'<namespace prefix="{prefix}">{uri}</namespace>' for prefix, uri in _NAMESPACES.items())
    steps = "".join(
        f"<validateWithSchematron><resource><name>{sheet}</name><location>resources/{sheet}</location></resource>"
        "</validateWithSchematron>"
        for sheet in sheets
    )
    return (
        f"<scenario><name>{name}</name><description><p>For a test.</p></description>{namespaces}<match>{match}</match>"
        f"<validateWithXmlSchema><resource><name>Schema</name><location>resources/{schema}</location></resource>"
        f"</validateWithXmlSchema>{steps}<createReport><resource><name>Report</name>"
        f"<location>resources/report.xsl</location></resource>{levels}</createReport>"
        f"<acceptMatch>{accept}</acceptMatch></scenario>"
    )


def scenarios_xml(*scenarios: str, name: str = "Test Configuration 1.0", on: str = "2026-10-01") -> bytes:
    """The whole file."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<scenarios xmlns="http://www.xoev.de/de/validator/framework/1/scenarios" frameworkVersion="1.0.0">'
        f"<name>{name}</name><author>Somebody</author><date>{on}</date><description><p>For a test.</p></description>"
        f"{''.join(scenarios)}<noScenarioReport><resource><name>None</name><location>resources/default.xsl</location>"
        "</resource></noScenarioReport></scenarios>"
    ).encode()


CII_SCENARIO = scenario(
    "EN16931 XRechnung (CII)",
    CII_MATCH,
    "cii/CrossIndustryInvoice.xsd",
    ("EN16931-CII-validation.xsl", "XRechnung-CII-validation.xsl"),
    levels='<customLevel level="error">CII-SR-452 CII-SR-453 CII-SR-454</customLevel>'
    '<customLevel level="warning">BR-CL-21</customLevel><customLevel level="warning">BR-CL-23</customLevel>',
)
UBL_SCENARIO = scenario(
    "EN16931 XRechnung (UBL Invoice)",
    UBL_MATCH,
    "ubl/maindoc/UBL-Invoice-2.1.xsd",
    ("EN16931-UBL-validation.xsl", "XRechnung-UBL-validation.xsl"),
)


def shipped(name: str = "xrechnung-3.0.2+2026-08-31") -> Pack:
    """A pack of this installation."""
    return next(pack for pack in load_packs(Settings().schematron_dir) if pack.name == name)


def official_files(pack: Pack | None = None, *, ubl: bool = True) -> dict[str, bytes]:
    """The files that the scenarios above name, from the store of this installation, by path in the zip."""
    pack, store = pack or shipped(), RuleFolders.of(Settings()).store
    files = {"resources/report.xsl": b"<report/>"}
    for sheet in pack.schematron.values():
        data = store.load(ArtefactFile(sheet.sha256, sheet.path, sheet.wheel))
        files[f"resources/{Path(sheet.path).name}"] = data
    schemas = {"cii-d16b": "cii", **({"ubl-invoice": "ubl"} if ubl else {})}
    for name, folder in schemas.items():
        schema = pack.schemas[name]
        for path, sha256 in schema.files.items():
            listed = ArtefactFile(sha256, f"{schema.folder}/{path}", schema.wheel)
            files[f"resources/{folder}/{path}"] = store.load(listed)
    return files


@dataclass
class Release:
    """What is zipped; tests break it before they write it."""

    scenarios: bytes = field(default_factory=lambda: scenarios_xml(CII_SCENARIO))
    files: dict[str, bytes] = field(default_factory=lambda: official_files(ubl=False))

    def write(self, path: Path, *, folder: str = "") -> Path:
        """The zip."""
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(f"{folder}scenarios.xml", self.scenarios)
            for name, data in self.files.items():
                archive.writestr(f"{folder}{name}", data)
        return path
