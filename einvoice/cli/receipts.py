"""`einvoice receipt`: make a receipt, and check one that somebody shows.

`verify` ends with 0: genuine, 1: forged or for another file, 2: wrong usage, 3: could not be checked.
"""

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from einvoice.cli.audit import FormatOption, KeyOption, LangOption, Shape, open_existing, read_keys
from einvoice.cli.check import Language
from einvoice.settings import Settings

receipt = typer.Typer(help="Signed receipts: what came in, when, and what was decided.", no_args_is_help=True)

_FORGED, _UNCHECKED = 1, 3


class Kind(StrEnum):
    """What a receipt is made as."""

    JSON = "json"
    PDF = "pdf"


@receipt.command("show")
def show_command(
    submission: Annotated[str, typer.Argument(metavar="ID", help="Of the submission.")],
    output_format: Annotated[Kind, typer.Option("--format", "-f", help="As what.")] = Kind.JSON,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="File; default: stdout.")] = None,
    lang: LangOption = Language.DE,
) -> None:
    """Make the receipt of a submission as it stands now."""
    if output_format is Kind.PDF and output is None and sys.stdout.isatty():
        raise typer.BadParameter("a terminal cannot show a PDF: name a file with --output", param_hint="--format")
    from einvoice.records.receipts import receipt_json
    from einvoice.records.signing import Signer
    from einvoice.reports.receipt import receipt_pdf
    from einvoice.store import NotFound

    settings = Settings()
    with open_existing(settings) as store:
        try:
            signed = receipt_json(store, Signer.of(settings), submission)
        except NotFound as error:
            raise typer.BadParameter(f"not known: {error}", param_hint="ID") from None
    made = receipt_pdf(signed, lang.value) if output_format is Kind.PDF else signed + b"\n"
    if output is not None:
        output.write_bytes(made)
    else:
        sys.stdout.buffer.write(made)


@receipt.command("verify")
def verify_command(
    path: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="JSON or PDF.")],
    public_key: KeyOption = None,
    original: Annotated[
        Path | None, typer.Option(metavar="FILE", exists=True, dir_okay=False, help="The file it should be about.")
    ] = None,
    lang: LangOption = Language.DE,
    output_format: FormatOption = Shape.TEXT,
) -> None:
    """Check a receipt. With --public-key no service is needed; without, by the keys of this one.

    Ends with 0: genuine, 1: forged or for another file, 2: wrong usage, 3: could not be checked.
    """
    from einvoice.records.receiptcheck import ReceiptCheck, verify_receipt
    from einvoice.records.signing import PublicKeys, Signature

    keys = read_keys(public_key) if public_key else PublicKeys.of(Settings())
    found: ReceiptCheck = verify_receipt(path.read_bytes(), keys, original.read_bytes() if original else None)
    if output_format is Shape.JSON:
        typer.echo(json.dumps(found.data(lang.value), ensure_ascii=False, indent=2))
    else:
        for sentence in found.sentences(lang.value):
            typer.echo(sentence)
        if found.headline(lang.value):
            typer.echo(f"\n{found.headline(lang.value)}")
        for label, value in found.facts(lang.value):
            typer.echo(f"  {label}: {value}")
    if found.signature is Signature.BAD or found.original is False:
        raise typer.Exit(_FORGED)
    if not found.good:
        raise typer.Exit(_UNCHECKED)
