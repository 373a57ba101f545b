"""The upload form."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from einvoice.errors import Refusal
from einvoice.intake import BadForm, Form, Spool, TooManyFiles, read_form

TYPE = "multipart/form-data; boundary=frontier"


def part(content: bytes, disposition: str) -> bytes:
    head = f"--frontier\r\nContent-Disposition: form-data; {disposition}\r\nContent-Type: text/xml\r\n\r\n"
    return head.encode() + content + b"\r\n"


END = b"--frontier--\r\n"
FORM = (
    part(b"<Invoice/>", 'name="file"; filename="../Rechnung.xml"')
    + part("Grüße".encode(), 'name="note"')
    + part(b"%PDF", 'name="file"; filename="r.pdf"')
    + END
)


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool", 1000)


def send(body: bytes, spool: Spool, *, content_type: str | None = TYPE, step: int = 7) -> Form:
    async def stream() -> AsyncIterator[bytes]:
        for start in range(0, len(body), step):
            yield body[start : start + step]

    return asyncio.run(read_form(content_type, stream(), spool))


def test_files_and_fields_come_out_as_they_were_put_in(spool: Spool) -> None:
    form = send(FORM, spool)
    assert [(upload.name, upload.spooled.path.read_bytes()) for upload in form.uploads] == [
        ("Rechnung.xml", b"<Invoice/>"),
        ("r.pdf", b"%PDF"),
    ]
    assert form.fields == {"note": "Grüße"}


@given(step=st.integers(1, len(FORM)))
def test_it_does_not_matter_how_the_stream_is_cut(tmp_path_factory: pytest.TempPathFactory, step: int) -> None:
    form = send(FORM, Spool(tmp_path_factory.mktemp("spool"), 1000), step=step)
    assert [upload.spooled.path.read_bytes() for upload in form.uploads] == [b"<Invoice/>", b"%PDF"]


def test_a_file_field_left_empty_is_no_file(spool: Spool, tmp_path: Path) -> None:
    assert send(part(b"", 'name="file"; filename=""') + END, spool).uploads == ()
    assert list((tmp_path / "spool").iterdir()) == []


@pytest.mark.parametrize("name", ["b.xml", ""])
def test_one_file_too_many_is_refused_before_it_comes_in(spool: Spool, tmp_path: Path, name: str) -> None:
    seen = 0

    async def stream() -> AsyncIterator[bytes]:
        nonlocal seen
        for content, named in ((b"1", "a.xml"), (b"2", name), (b"3", "c.xml")):
            seen += 1
            yield part(content, f'name="file"; filename="{named}"')

    with pytest.raises(TooManyFiles):
        asyncio.run(read_form(TYPE, stream(), spool, most_files=1))
    assert seen == 2
    assert list((tmp_path / "spool").iterdir()) == []


def test_a_field_left_empty_does_not_count(spool: Spool) -> None:
    body = part(b"1", 'name="a"; filename="a.xml"') + part(b"", 'name="b"; filename=""') + END
    assert len(asyncio.run(read_form(TYPE, _once(body), spool, most_files=1)).uploads) == 1


async def _once(body: bytes) -> AsyncIterator[bytes]:
    yield body


def test_an_empty_file_is_a_file(spool: Spool) -> None:
    (upload,) = send(part(b"", 'name="file"; filename="leer.xml"') + END, spool).uploads
    assert upload.spooled.size == 0


def test_a_file_above_the_limit_is_refused_and_nothing_of_the_form_stays(spool: Spool, tmp_path: Path) -> None:
    body = part(b"1", 'name="file"; filename="a"') + part(b"x" * 2000, 'name="file"; filename="b"') + END
    with pytest.raises(Refusal) as caught:
        send(body, spool)
    assert caught.value.notice.code == "too-large"
    assert list((tmp_path / "spool").iterdir()) == []


@pytest.mark.parametrize("length", range(0, len(FORM) - len(END), 10))
def test_a_form_that_breaks_off_is_bad_and_nothing_stays(spool: Spool, tmp_path: Path, length: int) -> None:
    with pytest.raises(BadForm):
        send(FORM[:length], spool)
    assert list((tmp_path / "spool").iterdir()) == []


@pytest.mark.parametrize(
    "content_type", [None, "", "application/json", "multipart/form-data", "multipart/mixed; boundary=x"]
)
def test_another_content_type_is_bad(spool: Spool, content_type: str | None) -> None:
    with pytest.raises(BadForm):
        send(FORM, spool, content_type=content_type)


@pytest.mark.parametrize(
    "body",
    [
        b"no form at all",
        part(b"x" * 20_000, 'name="note"') + END,
        part(b"1", 'name="a"') * 101 + END,
        b"--frontier\r\n: \r\n\r\n" + END,
    ],
    ids=["garbage", "long field", "many parts", "broken header"],
)
def test_nonsense_is_bad(spool: Spool, tmp_path: Path, body: bytes) -> None:
    with pytest.raises(BadForm):
        send(body, spool, step=1000)
    assert list((tmp_path / "spool").iterdir()) == []


def test_discarding_a_form_removes_its_files(spool: Spool, tmp_path: Path) -> None:
    send(FORM, spool).discard()
    assert list((tmp_path / "spool").iterdir()) == []
