"""What `einvoice serve --demo` prepares: two authorities, an account with a one-time sign-in link, two tokens."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from einvoice.app import App
from einvoice.identity import Identity, Role
from einvoice.store import AlreadyThere

LOGIN = "demo"
AUTHORITIES = (("Stadt Musterstadt", "04011000-1234512345-06"), ("Landkreis Beispiel", "03999-BEISPIEL-86"))
SUPPLIER = "Demo-Lieferant"
SIGN_IN_PATH = "/sign-in/link/"
_SAMPLE = "inbox/samples/08-fehler-leitweg-id-fehlt.xml"


@dataclass(frozen=True, slots=True)
class _Tokens:
    """Bearer tokens of the demo, kept in the data folder so that an example still works after a restart."""

    supplier: str
    authority: str


def prepare_demo(app: App) -> str:
    """Make what is missing; the text to print. Raises ValueError unless the service listens on loopback."""
    first, *_ = [_authority(app, name, leitweg_id) for name, leitweg_id in AUTHORITIES]
    if app.store.accounts.by_login(LOGIN) is None:
        app.identity.create_account(LOGIN, "Demo", Role.OPERATOR)
    link = app.identity.create_sign_in_link(LOGIN, host=app.settings.host)
    tokens = _tokens(app.settings.data_dir / "demo-tokens.json", app.identity, first)
    url = app.settings.base_url
    return f"""
  E-Rechnung Eingang: {url}

  Sign in (good once, for an hour):
    {url}{SIGN_IN_PATH}{quote(link)}

  Check an invoice from the command line:
    curl -H 'Authorization: Bearer {tokens.supplier}' -H 'Accept: text/plain' \\
         -H 'Content-Type: application/xml' --data-binary @{_SAMPLE} {url}/api/v1/checks

  Fetch accepted invoices as the accounting system of {AUTHORITIES[0][0]}:
    curl -X POST -H 'Authorization: Bearer {tokens.authority}' {url}/api/v1/deliveries:lease

  Twelve invoices to try lie in inbox/samples/. Files put into {app.settings.inbox_dir}/drop/ are taken, too.
  Stop with Ctrl+C.
"""


def _authority(app: App, name: str, leitweg_id: str) -> str:
    known = app.store.authorities.by_leitweg_id(leitweg_id)
    try:
        return (known or app.store.authorities.create(name, [leitweg_id])).id
    except AlreadyThere:  # another process of the demo was faster
        return _authority(app, name, leitweg_id)


def _tokens(path: Path, identity: Identity, authority_id: str) -> _Tokens:
    if path.exists():
        tokens = _Tokens(**json.loads(path.read_text("utf-8")))
        if identity.by_token(tokens.supplier) and identity.by_token(tokens.authority):
            return tokens
        path.unlink()
    tokens = _Tokens(
        supplier=identity.create_token(Role.SUPPLIER, supplier=SUPPLIER, label="demo"),
        authority=identity.create_token(Role.AUTHORITY, authority_id=authority_id, label="demo"),
    )
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        json.dump({"supplier": tokens.supplier, "authority": tokens.authority}, stream)
    return tokens
