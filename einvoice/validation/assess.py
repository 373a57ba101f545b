"""The chain of checks and the verdict that follows from it, as KoSIT's validator draws it."""

from datetime import date

from einvoice.explain import kind_of, terms_of
from einvoice.model import ArtefactRef, Assessment, Finding, InvoiceDocument, Level, RefusalNotice, Source, Verdict
from einvoice.rules import ArtefactStore, Match, Registry
from einvoice.semantics import Places
from einvoice.validation.engine import Fired, RuleEngine
from einvoice.validation.location import Locations
from einvoice.validation.xsd import LIBXML, SchemaShelf


class Judge:
    """Scenario, XSD, Schematron, levels, verdict: one process, one judge."""

    def __init__(self, registry: Registry, store: ArtefactStore, engine: RuleEngine) -> None:
        self._registry = registry
        self._schemas = SchemaShelf(store)
        self._engine = engine

    def assess(self, document: InvoiceDocument, on: date) -> Assessment:
        """The formal verdict on a document received on that day. Raises Fault, never guesses.

        (1) find the scenario, (2) XSD, (3) Schematron in order, (4) effective levels, (5) verdict.
        Each step is the next one's precondition: the official stylesheets abort on XSD-invalid documents.
        """
        match = self._registry.match(document, on)  # (1)
        if match is None:
            return Assessment.refused(_no_scenario(document))
        findings = self._schemas.check(document, match)  # (2)
        xsd_valid = not findings
        if xsd_valid:
            findings = self._schematron(document, match)  # (3), (4)
        rejected = any(finding.level is Level.ERROR for finding in findings)
        return Assessment(  # (5)
            verdict=Verdict.REJECTED if rejected else Verdict.ACCEPTED,
            scenario=match.scenario.name,
            pack=match.pack.name,
            artefacts=_artefacts(match, xsd_valid),
            engine=f"{self._engine.name}, {LIBXML}",
            xsd_valid=xsd_valid,
            findings=tuple(findings),
        )

    def preload(self, on: date) -> None:
        """Compile everything in force on that day, before the first document comes."""
        for pack in self._registry.in_force(on):
            for schema in pack.schemas.values():
                self._schemas.preload(schema)
            self._engine.preload(tuple(pack.schematron.values()))

    def _schematron(self, document: InvoiceDocument, match: Match) -> list[Finding]:
        steps = [(name, match.pack.schematron[name]) for name in match.scenario.schematron]
        results = self._engine.run(document, steps)
        if not any(results):
            return []
        locations, places = Locations(document.root), Places(document)
        return [
            _finding(ruleset, fired, match, locations, places)
            for (ruleset, _), answers in zip(steps, results, strict=True)
            for fired in answers
        ]


def _finding(ruleset: str, fired: Fired, match: Match, locations: Locations, places: Places) -> Finding:
    about_codes = kind_of(fired.rule, ruleset) == "code-list"  # a unit, a currency: often an attribute
    xpath, line, found = locations.find(fired.location, attributes=about_codes)
    level = match.scenario.level_of(fired.rule, fired.level)
    return Finding(
        rule=fired.rule,
        level=level,
        own_level=fired.level if fired.level is not level else None,
        source=Source.SCHEMATRON,
        ruleset=ruleset,
        xpath=xpath,
        line=line,
        terms=terms_of(fired.rule, ruleset),
        message=fired.message,
        found=found,
        place=places.at(xpath),
    )


def _artefacts(match: Match, xsd_valid: bool) -> tuple[ArtefactRef, ...]:
    """What took part: the schema, and the stylesheets if they were run."""
    schema = match.pack.schemas[match.scenario.schema_set]
    used = [ArtefactRef(match.scenario.schema_set, schema.files[schema.entry])]
    if xsd_valid:
        used += [ArtefactRef(name, match.pack.schematron[name].sha256) for name in match.scenario.schematron]
    return tuple(used)


def _no_scenario(document: InvoiceDocument) -> RefusalNotice:
    details = {"root": str(document.root.tag)}
    if document.syntax == "other":
        return RefusalNotice("wrong-root", details)
    return RefusalNotice("no-scenario", details | {"customization": document.customization or ""})
