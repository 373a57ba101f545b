"""PDFs that cost, loop, lie or carry more than an invoice; the odd structures of `tests.support.pdfs` among them."""

import zlib
from functools import cache

from tests.security.hostile.base import ACCEPTED, CII, FILE_BAIT, WEB_BAIT, Hostile, before_root
from tests.security.hostile.entities import laughs
from tests.support.pdfs import CATALOG, CONTAINERS, PAGE, PAGES, SPEC, embedded, filtered, objects, pdf, stream

HONEST = CII.encode()
_NAMES = b"/Names<</EmbeddedFiles 6 0 R>>"


def honest(catalog: bytes = b"", *, page: bytes = b"", more: dict[int, bytes] | None = None) -> bytes:
    """A PDF with an honest invoice, and something else."""
    return pdf(objects(_NAMES + catalog, page=page, file=embedded(HONEST), more=more))


def holding(xml: bytes) -> bytes:
    """A PDF with this as its invoice."""
    return pdf(objects(file=embedded(xml)))


@cache
def bomb(size: int) -> bytes:
    """So many zeros, packed a thousand times smaller."""
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(bytes(1_000_000)) for _ in range(size // 1_000_000)) + packer.flush()


def flood(count: int) -> bytes:
    """An honest PDF, and a revision that says there are so many objects more."""
    before = honest()
    table_at = int(before.rpartition(b"startxref")[2].split()[0])
    entries = b"0000000015 00000 n \n" * count
    trailer = b"trailer<</Size %d/Root 1 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (count + 100, table_at, len(before))
    return before + b"xref\n100 %d\n" % count + entries + trailer


ROWS = (
    *(
        Hostile(f"a PDF: {name}", container.refusal, lambda data=container.data: data, "rechnung.pdf")
        for name, container in CONTAINERS.items()
        if container.refusal
    ),
    Hostile("an honest PDF", ACCEPTED, honest, "rechnung.pdf"),
    Hostile("a PDF whose invoice has an external entity", "doctype", lambda: holding(
        before_root(f'<!DOCTYPE x [<!ENTITY e SYSTEM "{WEB_BAIT}pdf">]>', CII)), "rechnung.pdf"),
    Hostile("a PDF whose invoice is a billion laughs", "doctype", lambda: holding(
        before_root(f"<!DOCTYPE x [{laughs()}]>", CII)), "rechnung.pdf"),
    Hostile("a PDF whose invoice has 50,000 levels", "too-deep", lambda: holding(
        HONEST.replace(b"<rsm:ExchangedDocument>", b"<rsm:ExchangedDocument>" + b"<a>" * 50_000 + b"</a>" * 50_000)),
        "rechnung.pdf"),
    Hostile("a PDF whose invoice unpacks to 300 MB", "pdf-limits", lambda: filtered(
        bomb(300_000_000), b"/FlateDecode"), "rechnung.pdf"),
    Hostile("a PDF whose invoice is packed twice, to 300 MB", "pdf-limits", lambda: filtered(
        zlib.compress(bomb(300_000_000)), b"[/FlateDecode/FlateDecode]"), "rechnung.pdf"),
    Hostile("a PDF whose page unpacks to 300 MB", ACCEPTED, lambda: honest(
        page=b"/Contents 20 0 R", more={20: stream(bomb(300_000_000), b"/Filter/FlateDecode")}), "rechnung.pdf"),
    Hostile("a PDF whose table lists 250,000 objects more", ACCEPTED, lambda: flood(250_000), "rechnung.pdf"),
    Hostile("a PDF of 100,000 pages", ACCEPTED, lambda: honest(more={
        PAGES: b"<</Type/Pages/Count 100000/Kids[%b]>>" % (b"3 0 R " * 100_000)}), "rechnung.pdf"),
    Hostile("a PDF whose page tree bites its tail", ACCEPTED, lambda: honest(more={
        PAGES: b"<</Type/Pages/Count 9/Kids[2 0 R 3 0 R]>>", PAGE: b"<</Type/Pages/Kids[2 0 R]/Parent 3 0 R>>"}),
        "rechnung.pdf"),
    Hostile("a PDF with arrays within one another without end", ACCEPTED, lambda: honest(
        b"/AF 20 0 R", more={20: b"[" * 50_000 + b"]" * 50_000}), "rechnung.pdf"),
    Hostile("a PDF with a reference to itself everywhere", ACCEPTED, lambda: honest(
        b"/AF 20 0 R/Metadata 20 0 R", more={20: b"20 0 R"}), "rechnung.pdf"),
    Hostile("a PDF that runs a script and a program when opened", ACCEPTED, lambda: honest(
        b"/OpenAction<</S/JavaScript/JS(app.alert(1))/Next<</S/Launch/F(cmd.exe)>>>>"), "rechnung.pdf"),
    Hostile("a PDF whose invoice lies in another file", "pdf-no-xml", lambda: pdf(objects(
        specification=b"<</Type/Filespec/FS/URL/F(%bfactur-x.xml)>>" % WEB_BAIT.encode())), "rechnung.pdf"),
    Hostile("a PDF whose stream lies in a file of the server", "empty", lambda: pdf(objects(
        file=stream(b"", b"/F(%b)/FFilter/FlateDecode" % FILE_BAIT.encode()))), "rechnung.pdf"),
    Hostile("a PDF whose invoice is a JBIG2 picture", "pdf-broken", lambda: filtered(HONEST, b"/JBIG2Decode"),
        "rechnung.pdf"),
    Hostile("a PDF whose invoice has a filter nobody knows", "pdf-broken", lambda: filtered(HONEST, b"/Evil"),
        "rechnung.pdf"),
    Hostile("a PDF whose metadata are a billion laughs", ACCEPTED, lambda: honest(
        b"/Metadata 20 0 R", more={20: stream(f"<!DOCTYPE x [{laughs()}]><x>&e;</x>".encode(), b"/Type/Metadata")}),
        "rechnung.pdf"),
    Hostile("a PDF header and nothing more", "pdf-broken", lambda: b"%PDF-1.7\n", "rechnung.pdf"),
    Hostile("a PDF header and 10 MB of noise", "pdf-broken", lambda: b"%PDF-1.7\n" + bytes(range(256)) * 40_000,
        "rechnung.pdf"),
    Hostile("a PDF with 200,000 words obj", "pdf-broken", lambda:
        b"%PDF-1.7\n" + b"1 0 obj " * 200_000, "rechnung.pdf"),
    Hostile("a PDF whose catalogue is the invoice", "pdf-broken", lambda:
        pdf({CATALOG: stream(HONEST)}), "rechnung.pdf"),
    Hostile("a PDF whose invoice has a path for a name", ACCEPTED, lambda: pdf(objects(
        file=embedded(HONEST), more={SPEC: b"<</F(../../../etc/cron.d/factur-x.xml)/EF<</F 5 0 R>>>>"})),
        "rechnung.pdf"),
)  # fmt: skip
