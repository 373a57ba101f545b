"""The command line: `einvoice check | serve | worker | rules … | admin …`. Thin; no rule of the domain lives here."""

from einvoice.cli.main import main

__all__ = ["main"]
