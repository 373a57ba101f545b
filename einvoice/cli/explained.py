"""`einvoice rules explained`: whether every rule of every pack has words of ours, counted from the artefacts."""

from collections.abc import Iterator

import typer

from einvoice.cli.rules import rules
from einvoice.explain import has_text
from einvoice.model import Finding, Source
from einvoice.rules import ArtefactStore, LiveRegistry, RuleFolders, Stylesheet
from einvoice.rules.manifest import ArtefactFile
from einvoice.rules.sheetrules import read_rules
from einvoice.settings import Settings


@rules.command("explained")
def explained() -> None:
    """Count the rules of each pack, and those without an explanation in German and English.

    Ends with code 1 if there is one. A rule without words of ours is still reported, by its official message.
    """
    folders = RuleFolders.of(Settings())
    lacking_somewhere = False
    for pack in LiveRegistry(folders).packs:
        for ruleset, sheet in pack.schematron.items():
            known = list(rules_as_findings(ruleset, sheet, folders.store))
            lacking = sorted({rule.rule for rule in known if not has_text(rule)})
            lacking_somewhere |= bool(lacking)
            typer.echo(f"{pack.name:32} {ruleset:20} {len(known):5} rules, {len(lacking)} without explanation")
            for rule in lacking:
                typer.echo(f"  {rule}")
    if lacking_somewhere:
        raise typer.Exit(1)


def rules_as_findings(ruleset: str, sheet: Stylesheet, store: ArtefactStore) -> Iterator[Finding]:
    """Each rule as it would be reported; one with several messages counts for each, as each reads differently."""
    data = store.load(ArtefactFile(sheet.sha256, sheet.path, sheet.wheel))
    for rule, assertions in read_rules(data, sheet).rules.items():
        for message, level in {one.message: one.level for one in assertions}.items():
            yield Finding(
                rule=rule,
                level=level,
                source=Source.SCHEMATRON,
                ruleset=ruleset,
                xpath="",
                line=None,
                terms=(),
                message=message,
            )
