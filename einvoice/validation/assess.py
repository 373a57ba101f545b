"""The chain of checks and the verdict that follows from it, as KoSIT's validator draws it."""

from dataclasses import replace
from datetime import date

from einvoice.errors import Fault
from einvoice.explain import kind_of, terms_of
from einvoice.model import (
    ArtefactRef,
    Assessment,
    Basis,
    FaultNotice,
    Finding,
    InvoiceDocument,
    Level,
    RefusalNotice,
    Source,
    Verdict,
)
from einvoice.model.paths import engine_path
from einvoice.rules import ArtefactStore, Match, Registry, Scenario
from einvoice.semantics import Places
from einvoice.validation.clues import clues
from einvoice.validation.engine import Fired, RuleEngine
from einvoice.validation.location import Locations
from einvoice.validation.policies import Policies
from einvoice.validation.xsd import LIBXML, SchemaShelf

_CLUED = 500  # findings of a document whose nearest codes are looked for; nobody reads more


class Judge:
    """Scenario, XSD, Schematron, levels, verdict: one process, one judge."""

    def __init__(
        self, registry: Registry, store: ArtefactStore, engine: RuleEngine, policies: Policies | None = None
    ) -> None:
        """Without `policies` there are none, and one that is asked for is a Fault."""
        self._registry = registry
        self._schemas = SchemaShelf(store)
        self._engine = engine
        self.policies = policies or Policies((), engine)

    def assess(self, document: InvoiceDocument, basis: Basis) -> Assessment:
        """The formal verdict on a document, and beside it what its authority asks. Raises Fault, never guesses.

        (1) find the scenario, (2) let it judge, (3) in a grace period let the pack before it judge too,
        (4) look at the authority's policies.
        """
        matches = self._registry.matches(document, basis)  # (1)
        if not matches:
            return Assessment.refused(_no_scenario(document))
        assessment = self._formal(document, matches[0])  # (2)
        for match in matches[1:]:  # (3)
            if assessment.verdict is not Verdict.REJECTED:
                break
            before = self._formal(document, match)
            assessment = assessment if before.verdict is Verdict.REJECTED else before
        try:
            return replace(assessment, policy=self.policies.outcome(document, assessment, basis))  # (4)
        except Fault as trouble:  # what the rules said stays known
            return replace(assessment, verdict=Verdict.UNDECIDED, fault=trouble.notice)

    def _formal(self, document: InvoiceDocument, match: Match) -> Assessment:
        """What one scenario says; undecided, with all that is known, where the engine fails on the document.

        (1) XSD, (2) Schematron in order, (3) effective levels, (4) verdict. Each step is the next one's precondition:
        the official stylesheets abort on XSD-invalid documents.
        """
        fault: FaultNotice | None = None
        findings = self._schemas.check(document, match)  # (1)
        xsd_valid = not findings
        if xsd_valid:
            try:
                findings = self._schematron(document, match)  # (2), (3)
            except Fault as trouble:
                fault = trouble.notice
        refusal = None if fault else _not_taken(match.scenario)
        rejected = refusal is not None or any(finding.level is Level.ERROR for finding in findings)
        return Assessment(  # (4)
            verdict=Verdict.UNDECIDED if fault else Verdict.REJECTED if rejected else Verdict.ACCEPTED,
            scenario=match.scenario.name,
            profile=match.scenario.profile,
            custom_levels=tuple(match.scenario.levels.items()),
            pack=match.pack.name,
            official=match.pack.official,
            artefacts=_artefacts(match, xsd_valid),
            engine=f"{self._engine.name}, {LIBXML}",
            xsd_valid=xsd_valid,
            findings=tuple(findings),
            refusal=refusal,
            fault=fault,
        )

    def preload(self, on: date) -> None:
        """Compile KoSIT's own packs in force on that day, before the first document comes.

        The others wait for their first document: rare ones, whose rules take a second and 80 MB (ZUGFeRD EXTENDED).
        """
        for pack in self._registry.in_force(on):
            if not pack.official:
                continue
            for schema in pack.schemas.values():
                self._schemas.preload(schema)
            self._engine.preload(tuple(pack.schematron.values()))

    def _schematron(self, document: InvoiceDocument, match: Match) -> list[Finding]:
        steps = [(name, match.pack.schematron[name]) for name in match.scenario.schematron]
        results = self._engine.run(document, steps)
        if not any(results):
            return []
        locations, places = Locations(document.root), Places(document)
        spoken = [(name, fired) for (name, _), answers in zip(steps, results, strict=True) for fired in answers]
        return [
            _finding(ruleset, fired, match, locations, places, clued=number < _CLUED)
            for number, (ruleset, fired) in enumerate(spoken)
        ]


def _finding(ruleset: str, fired: Fired, match: Match, locations: Locations, places: Places, *, clued: bool) -> Finding:
    kind = kind_of(fired.rule, ruleset)
    xpath, line, found = locations.find(fired.location, attributes=kind == "code-list")  # a unit: often an attribute
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
        location=None if engine_path(xpath) == fired.location else fired.location,
        details=clues(fired, found, kind) if clued else (),
        found=found,
        place=places.at(xpath),
    )


def _artefacts(match: Match, xsd_valid: bool) -> tuple[ArtefactRef, ...]:
    """What took part: the schema, and the stylesheets if they were run."""
    schema = match.pack.schemas[match.scenario.schema_set]
    used = [ArtefactRef(match.scenario.schema_set, schema.files[schema.entry], schema.title, schema.location)]
    sheets = [(name, match.pack.schematron[name]) for name in match.scenario.schematron] if xsd_valid else []
    return (*used, *(ArtefactRef(name, sheet.sha256, sheet.title, sheet.location) for name, sheet in sheets))


def _not_taken(scenario: Scenario) -> RefusalNotice | None:
    """Why a profile that is known can't be an invoice here: MINIMUM is none, ZUGFeRD 1.0 is out of date."""
    return RefusalNotice(scenario.reject, {"profile": scenario.name}) if scenario.reject else None


def _no_scenario(document: InvoiceDocument) -> RefusalNotice:
    details = {"root": str(document.root.tag)}
    if document.syntax == "other":
        return RefusalNotice("wrong-root", details)
    return RefusalNotice("no-scenario", details | {"customization": document.customization or ""})
