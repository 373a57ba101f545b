"""The generator of the CII D16B schema: the files are what the table says, and the table is read strictly."""

import importlib.util
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest
from lxml import etree

XSD = Path(__file__).parents[3] / "xsd"
HEAD = "prefix\ttype\tcontent\tpart\tname\tvalue_type\tmin\tmax\tconstraint\n"
XS = {"xs": "http://www.w3.org/2001/XMLSchema"}


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("xsd_generate", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


generate = load(XSD / "generate.py")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A copy of the schema's folder."""
    return Path(shutil.copytree(XSD / "cii-d16b", tmp_path / "cii-d16b"))


def written(table: Path, *lines: str) -> dict[str, etree._Element]:
    """The schema files written out of a table of these lines."""
    table.write_text(HEAD + "".join(line.replace(" ", "\t") + "\n" for line in lines), encoding="utf-8")
    return {name: etree.fromstring(content) for name, content in generate.schemas(generate.read(table))}


def test_the_files_kept_are_what_the_table_says() -> None:
    assert generate.main(["--check"]) == 0


def test_check_fails_and_names_the_file_when_one_was_edited(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edited = home / "udt.xsd"
    edited.write_bytes(edited.read_bytes().replace(b"xs:decimal", b"xs:integer", 1))
    assert generate.main(["--check"], home) == 1
    assert "udt.xsd" in capsys.readouterr().err


def test_check_fails_when_a_file_is_missing_and_writes_nothing(home: Path) -> None:
    (home / "ram.xsd").unlink()
    assert generate.main(["--check"], home) == 1
    assert not (home / "ram.xsd").exists()


def test_writing_mends_what_check_complains_of(home: Path) -> None:
    (home / "ram.xsd").write_bytes(b"")
    assert generate.main([], home) == 0
    assert generate.main(["--check"], home) == 0


def test_occurrences_are_written_where_they_are_not_one(tmp_path: Path) -> None:
    files = written(
        tmp_path / "t.tsv",
        "ram A sequence element One xs:token 1 1 ",
        "ram A sequence element Any xs:token 0 unbounded ",
    )
    one, several = files["ram.xsd"].iterfind(".//xs:element", XS)
    assert dict(one.attrib) == {"name": "One", "type": "xs:token"}
    assert dict(several.attrib) == {"name": "Any", "type": "xs:token", "minOccurs": "0", "maxOccurs": "unbounded"}


def test_a_type_of_one_element_alone_gets_no_name(tmp_path: Path) -> None:
    files = written(
        tmp_path / "t.tsv",
        "udt A choice element Text udt:A.Text 1 1 ",
        "udt A.Text simpleContent base  xs:string   ",
        "udt A.Text simpleContent attribute format xs:string 0 1 ",
    )
    assert [found.get("name") for found in files["udt.xsd"].iterfind(".//xs:complexType", XS)] == ["A", None]
    assert files["udt.xsd"].find(".//xs:element/xs:complexType//xs:attribute[@name='format']", XS) is not None


def test_facets_and_fixed_values_are_taken_over(tmp_path: Path) -> None:
    files = written(
        tmp_path / "t.tsv",
        "qdt Code simple base  xs:token   minLength=1|maxLength=3",
        "qdt C simpleContent base  xs:decimal   ",
        "qdt C simpleContent attribute unitCode qdt:Code 0 1 fixed=a=b",
    )
    facets = files["qdt.xsd"].find("xs:simpleType/xs:restriction", XS)
    assert facets is not None
    assert [(etree.QName(facet).localname, facet.get("value")) for facet in facets] == [
        ("minLength", "1"),
        ("maxLength", "3"),
    ]
    attribute = files["qdt.xsd"].find(".//xs:attribute", XS)
    assert attribute is not None
    assert attribute.get("fixed") == "a=b"


def test_built_in_types_that_libxml2_reads_otherwise_come_from_the_lexical_schema(tmp_path: Path) -> None:
    files = written(
        tmp_path / "t.tsv", "udt A sequence element Date xs:date 1 1 ", "udt A sequence element Text xs:string 1 1 "
    )
    assert [found.get("type") for found in files["udt.xsd"].iterfind(".//xs:element", XS)] == ["lex:date", "xs:string"]
    assert [found.get("schemaLocation") for found in files["udt.xsd"].iterfind("xs:import", XS)] == ["lexical.xsd"]


def test_content_the_generator_does_not_know_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="ram:A: unknown content 'all'"):
        written(tmp_path / "t.tsv", "ram A all element One xs:token 1 1 ")


def test_a_table_with_a_column_too_many_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        written(tmp_path / "t.tsv", "ram A sequence element One xs:token 1 1  more")


def test_only_the_invoice_is_declared_as_a_root() -> None:
    declared = [
        element.get("name")
        for file in sorted((XSD / "cii-d16b").glob("*.xsd"))
        for element in etree.parse(file).iterfind("xs:element", XS)
    ]
    assert declared == ["CrossIndustryInvoice"]
