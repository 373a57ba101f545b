"""What an authority asks is looked at beside the formal verdict, and never instead of it."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from einvoice.errors import Fault
from einvoice.extraction import Limits, extract
from einvoice.model import Assessment, Level, Outcome, Source, Verdict
from einvoice.model.policy import Demand, PolicyAction
from tests.support.policies import ACCEPTED, AUTHORITY, UBL, basis, changed, policies

NO_ORDER = extract(changed(UBL, {"//cac:OrderReference": None}), Limits())
RIGHT = extract(changed(UBL), Limits())
REJECT = Demand("order-number", PolicyAction.REJECT)
WARN = Demand("order-number", PolicyAction.WARN)

SCHEMA = """<sch:schema xmlns:sch="http://purl.oclc.org/dsdl/schematron" queryBinding="xslt3">
<sch:ns prefix="ubl" uri="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"/>
<sch:ns prefix="cbc" uri="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"/>
{}
</sch:schema>"""


def written(folder: Path, content: str, name: str = "own") -> Demand:
    """A policy of one's own, asked for with all consequences."""
    (folder / f"{name}.sch").write_text(SCHEMA.format(content), "utf-8")
    return Demand(name, PolicyAction.REJECT)


def rules(folder: Path, content: str) -> list[tuple[str, str]]:
    """Rule and message of what such a policy says about a usual invoice."""
    found = policies(folder).outcome(RIGHT, ACCEPTED, basis(written(folder, content)))
    assert found is not None
    return [(one.rule, one.message) for one in found.findings]


def one_rule(context: str, *assertions: str, lets: Sequence[str] = ()) -> str:
    inner = "".join((*lets, *assertions))
    return f'<sch:pattern><sch:rule context="{context}">{inner}</sch:rule></sch:pattern>'


def test_a_demand_that_is_not_met_rejects_or_warns_as_the_authority_set() -> None:
    for demand, outcome, level in (
        (REJECT, Outcome.REJECTED, Level.ERROR),
        (WARN, Outcome.ACCEPTED, Level.WARNING),
    ):
        found = policies().outcome(NO_ORDER, ACCEPTED, basis(demand))
        assert found is not None
        [finding] = found.findings
        assert (found.outcome, finding.level) == (outcome, level)
        assert (found.authority, finding.demanded_by) == (AUTHORITY, AUTHORITY)
        assert (finding.source, finding.ruleset, finding.rule) == (Source.POLICY, "order-number", "POLICY-ORDER-01")


def test_what_was_looked_at_is_named_with_its_hash_even_if_nothing_was_found() -> None:
    found = policies().outcome(RIGHT, ACCEPTED, basis(REJECT))
    assert found is not None
    assert (found.outcome, found.findings, found.demands) == (Outcome.ACCEPTED, (), (REJECT,))
    [(name, sha256)] = found.artefacts
    assert (name, len(sha256)) == ("order-number", 64)


def test_several_policies_speak_each_under_its_own_name() -> None:
    demands = (WARN, Demand("nrw-erechnungsverordnung", PolicyAction.WARN), Demand("iban-check", PolicyAction.REJECT))
    found = policies().outcome(NO_ORDER, ACCEPTED, basis(*demands))
    assert found is not None
    assert [one.ruleset for one in found.findings] == ["order-number", "nrw-erechnungsverordnung"]
    assert [name for name, _ in found.artefacts] == [demand.policy for demand in demands]


@pytest.mark.parametrize("verdict", [Verdict.REJECTED, Verdict.UNDECIDED])
def test_what_is_not_accepted_is_not_looked_at(verdict: Verdict) -> None:
    assert policies().outcome(NO_ORDER, Assessment(verdict=verdict), basis(REJECT)) is None


def test_nobody_asks_anything_of_an_invoice_that_goes_to_nobody() -> None:
    assert policies().outcome(NO_ORDER, ACCEPTED, replace(basis(REJECT), authority=None)) is None


def test_an_authority_that_asks_nothing_has_no_outcome_unless_the_profile_is_none_it_has_to_take() -> None:
    assert policies().outcome(NO_ORDER, ACCEPTED, basis()) is None
    found = policies().outcome(NO_ORDER, replace(ACCEPTED, profile="imported"), basis())
    assert found is not None
    assert found.outcome is Outcome.REJECTED


def test_a_profile_the_authority_does_not_take_is_turned_down() -> None:
    found = policies().outcome(RIGHT, ACCEPTED, basis(profiles=["peppol-bis"]))
    assert found is not None
    assert found.outcome is Outcome.REJECTED
    assert [one.rule for one in found.findings] == ["POLICY-PROFILE"]
    taken = policies().outcome(RIGHT, ACCEPTED, basis(profiles=["peppol-bis", "xrechnung"]))
    assert taken is not None
    assert taken.outcome is Outcome.ACCEPTED


def test_a_policy_that_is_gone_is_a_fault_and_no_outcome(tmp_path: Path) -> None:
    demand = written(tmp_path, one_rule("ubl:Invoice", '<sch:assert id="POLICY-A-01" test="true()">A</sch:assert>'))
    kept = policies(tmp_path)
    assert kept.outcome(RIGHT, ACCEPTED, basis(demand)) is not None
    (tmp_path / "own.sch").unlink()
    with pytest.raises(Fault, match=r"own\.sch"):
        kept.outcome(RIGHT, ACCEPTED, basis(demand))


def test_a_policy_that_was_changed_holds_as_it_lies_there_now(tmp_path: Path) -> None:
    kept = policies(tmp_path)
    outcomes = []
    for test in ("true()", "false()"):
        assertion = f'<sch:assert id="POLICY-A-01" test="{test}">A</sch:assert>'
        found = kept.outcome(RIGHT, ACCEPTED, basis(written(tmp_path, one_rule("ubl:Invoice", assertion))))
        assert found is not None
        outcomes.append((found.outcome, found.artefacts))
    assert [outcome for outcome, _ in outcomes] == [Outcome.ACCEPTED, Outcome.REJECTED]
    assert outcomes[0][1] != outcomes[1][1]


def test_an_engine_failure_in_a_policy_is_a_fault_that_names_it(tmp_path: Path) -> None:
    assertion = '<sch:assert id="POLICY-A-01" test="xs:integer(cbc:ID) gt 0">A</sch:assert>'
    with pytest.raises(Fault) as caught:
        rules(tmp_path, one_rule("ubl:Invoice", assertion))
    assert (caught.value.notice.cause, caught.value.notice.deterministic) == ("engine-abort", True)
    assert "own" in caught.value.notice.detail


def test_an_assertion_speaks_where_it_is_false_and_a_report_where_it_is_true(tmp_path: Path) -> None:
    content = one_rule(
        "ubl:Invoice",
        '<sch:assert id="POLICY-A-01" test="cbc:ID">1</sch:assert>',
        '<sch:assert id="POLICY-A-02" test="not(cbc:ID)">2</sch:assert>',
        '<sch:report id="POLICY-A-03" test="cbc:ID">3</sch:report>',
        '<sch:report id="POLICY-A-04" test="not(cbc:ID)">4</sch:report>',
    )
    assert rules(tmp_path, content) == [("POLICY-A-02", "2"), ("POLICY-A-03", "3")]


def test_a_message_tells_values_and_names(tmp_path: Path) -> None:
    message = 'No. <sch:value-of select="."/>\n in <sch:emph>the</sch:emph> <sch:name/> of <sch:name path=".."/> &lt;'
    content = one_rule("ubl:Invoice/cbc:ID", f'<sch:assert id="POLICY-A-01" test="false()">{message}</sch:assert>')
    assert rules(tmp_path, content) == [("POLICY-A-01", "No. 2026-10437 in the cbc:ID of Invoice <")]


def test_of_the_rules_of_a_pattern_the_first_that_matches_looks_at_a_node(tmp_path: Path) -> None:
    content = """<sch:pattern>
      <sch:rule context="ubl:Invoice/cbc:ID"><sch:assert id="POLICY-A-01" test="false()">A</sch:assert></sch:rule>
      <sch:rule context="cbc:ID"><sch:report id="POLICY-A-02" test="parent::ubl:Invoice">B</sch:report></sch:rule>
    </sch:pattern>"""
    assert rules(tmp_path, content) == [("POLICY-A-01", "A")]


def test_every_pattern_looks_at_a_node(tmp_path: Path) -> None:
    content = "".join(
        one_rule("ubl:Invoice/cbc:ID", f'<sch:assert id="POLICY-A-0{n}" test="false()">A</sch:assert>') for n in (1, 2)
    )
    assert [rule for rule, _ in rules(tmp_path, content)] == ["POLICY-A-01", "POLICY-A-02"]


def test_a_name_holds_where_it_is_given_and_hides_the_outer_one(tmp_path: Path) -> None:
    said = '<sch:value-of select="$x"/>'
    content = f"""<sch:let name="x" value="'schema'"/>
    <sch:pattern><sch:let name="x" value="'pattern'"/>
      <sch:rule context="ubl:Invoice[$x = 'pattern']">
        <sch:assert id="POLICY-A-01" test="false()">{said}</sch:assert></sch:rule>
      <sch:rule context="ubl:Invoice/cbc:ID"><sch:let name="x" value="concat('rule in ', $x)"/>
        <sch:assert id="POLICY-A-02" test="false()">{said} $x</sch:assert></sch:rule>
    </sch:pattern>
    <sch:pattern><sch:rule context="ubl:Invoice">
      <sch:assert id="POLICY-A-03" test="false()">{said}</sch:assert></sch:rule></sch:pattern>"""
    assert rules(tmp_path, content) == [
        ("POLICY-A-01", "pattern"),
        ("POLICY-A-02", "rule in pattern $x"),
        ("POLICY-A-03", "schema"),
    ]


def test_an_abstract_pattern_is_filled_in_for_each_that_is_one(tmp_path: Path) -> None:
    content = """<sch:pattern id="a" abstract="true"><sch:rule context="$where">
      <sch:assert id="POLICY-A-01" test=". = '$where' or $fits">A</sch:assert></sch:rule></sch:pattern>
    <sch:pattern is-a="a"><sch:param name="where" value="ubl:Invoice/cbc:ID"/>
      <sch:param name="fits" value="false()"/></sch:pattern>
    <sch:pattern is-a="a"><sch:param name="where" value="ubl:Invoice/cbc:IssueDate"/>
      <sch:param name="fits" value="true()"/></sch:pattern>"""
    assert [rule for rule, _ in rules(tmp_path, content)] == ["POLICY-A-01"]


def test_a_milder_flag_of_the_policy_is_kept_a_graver_one_gives_way_to_the_action(tmp_path: Path) -> None:
    assertions = "".join(
        f'<sch:assert id="POLICY-A-{flag.upper()}" test="false()" flag="{flag}">A</sch:assert>'
        for flag in ("fatal", "warning", "information")
    )
    reject = written(tmp_path, one_rule("ubl:Invoice", assertions))
    for demand, levels in (
        (reject, [Level.ERROR, Level.WARNING, Level.INFORMATION]),
        (replace(reject, action=PolicyAction.WARN), [Level.WARNING, Level.WARNING, Level.INFORMATION]),
    ):
        found = policies(tmp_path).outcome(RIGHT, ACCEPTED, basis(demand))
        assert found is not None
        assert [one.level for one in found.findings] == levels
