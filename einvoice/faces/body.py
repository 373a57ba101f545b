"""Taking in a file: the raw request body or a form, streamed into the spool with its limit, never whole in memory."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import Message

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from einvoice.app import App
from einvoice.errors import Fault, Refusal
from einvoice.faces.guard import announced_length
from einvoice.faces.trouble import Problem
from einvoice.intake import Form, Spool, Spooled, TooManyFiles, Upload, read_form, shown_name
from einvoice.model.submission import Door
from einvoice.store import DoorClosed

_FORM = "multipart/form-data"
# What invoices are sent as. curl's --data-binary says "urlencoded" if it is told nothing else; the content decides.
_RAW = frozenset(
    {"application/pdf", "application/x-pdf", "application/octet-stream", "application/x-www-form-urlencoded"}
)
_ARCHIVES = frozenset(
    f"application/{name}"
    for name in ("gzip", "java-archive", "vnd.rar", "x-7z-compressed", "x-gzip", "x-rar-compressed", "x-tar",
                 "x-zip-compressed", "zip")
)  # fmt: skip
_FORM_ROOM = 1_000_000  # bytes of a form besides its files
_FULL_FILES = 10  # so many files of full size fit into a form for several
_MOST_FILES = 100
_PATIENCE = 2  # times the limit, up to which a body too large is still read (and dropped), so that its sender hears us


async def pass_door(request: Request, app: App, door: Door) -> None:
    """Before anything is read: raises DoorClosed where nothing is taken in now, and Fault where nobody knows."""
    async with heard(request, app.settings.max_upload_bytes):
        doors = app.store.doors
        if doors.must_ask:
            await run_in_threadpool(doors.check, door)
        else:  # without a thread of its own: it is known
            doors.check(door)


@asynccontextmanager
async def heard(request: Request, limit: int) -> AsyncIterator[None]:
    """Whoever is turned away here before their file was read is still sending it, and should hear why."""
    try:
        yield
    except (DoorClosed, Problem, Fault):
        await _drain(request, limit)
        raise


async def received_file(request: Request, spool: Spool, limit: int) -> Upload:
    """The one file of an API request. Raises Refusal("too-large"), Problem and BadForm; nothing is kept then."""
    _check_encoding(request)
    media_type = _media_type(request)
    if media_type == _FORM:
        return _only_file(await _read_form(request, spool, limit, most_files=1, most_bytes=limit + _FORM_ROOM))
    if media_type in _ARCHIVES:
        raise Problem("archive", found=media_type)
    if media_type and media_type not in _RAW and not media_type.endswith(("/xml", "+xml")):
        raise Problem("unsupported-type", found=media_type[:100])
    return Upload(name=_file_name(request), spooled=await received_body(request, spool, limit))


async def received_body(request: Request, spool: Spool, limit: int) -> Spooled:
    """The body as it comes, whatever it says it is. Raises Refusal("too-large"); nothing is kept then."""
    try:
        _check_length(request, limit)
        return await spool.write_stream(request.stream())
    except Refusal:
        await _drain(request, limit)
        raise


async def received_form(
    request: Request, spool: Spool, limit: int, *, most_files: int = _MOST_FILES, full_files: int = _FULL_FILES
) -> Form:
    """A form with several files, so many of full size at most.

    Raises Refusal("too-large"), Problem and BadForm; nothing is kept then.
    """
    most_bytes = full_files * limit + _FORM_ROOM
    return await _read_form(request, spool, limit, most_files=most_files, most_bytes=most_bytes)


async def _read_form(request: Request, spool: Spool, limit: int, *, most_files: int, most_bytes: int) -> Form:
    chunks = _counted(request, most_bytes)
    try:
        return await read_form(request.headers.get("content-type"), chunks, spool, most_files=most_files)
    except TooManyFiles:
        await _drain(request, limit)
        raise Problem("several-files") from None
    except (Refusal, Problem):
        await _drain(request, limit)
        raise


async def _counted(request: Request, most: int) -> AsyncIterator[bytes]:
    """The body; raises Problem("form-too-large") above `most` bytes."""
    seen = 0
    async for chunk in request.stream():
        seen += len(chunk)
        if seen > most:
            raise Problem("form-too-large")
        yield chunk


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _check_encoding(request: Request) -> None:
    encoding = request.headers.get("content-encoding", "identity").lower()
    if encoding != "identity":
        raise Problem("unsupported-encoding", found=encoding[:100])


def _check_length(request: Request, limit: int) -> None:
    """Refuse at once what announces itself as too large: a client that asks first sends nothing then."""
    if announced_length(request) > limit:
        raise Refusal("too-large", limit=limit)


def _only_file(form: Form) -> Upload:
    if not form.uploads:
        raise Problem("no-file")
    return form.uploads[0]


async def _drain(request: Request, limit: int) -> None:
    """Read on for a while: a client that is still sending would see a broken connection instead of our answer."""
    if "100-continue" in request.headers.get("expect", "").lower():
        return
    seen = 0
    try:
        async for chunk in request.stream():
            seen += len(chunk)
            if seen > _PATIENCE * limit:
                return
    except (RuntimeError, ClientDisconnect):  # all was read, or nobody is left to answer
        return


def _file_name(request: Request) -> str:
    """The file's name by Content-Disposition (RFC 6266) or `?filename=`; "" unknown."""
    header = Message()
    header["content-disposition"] = _utf8(request.headers.get("content-disposition", ""))
    return shown_name(header.get_filename() or request.query_params.get("filename"))


def _utf8(header: str) -> str:
    """Headers arrive as Latin-1; many clients write UTF-8 into them."""
    try:
        return header.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return header
