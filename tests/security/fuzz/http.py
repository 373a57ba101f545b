"""HTTP requests as no client of ours makes them: odd paths, queries, headers, forms and bodies, by whoever asks."""

import json
import re
from functools import cache
from random import Random
from typing import Any
from urllib.parse import quote

from tests.security.fuzz.site import Asked, Site
from tests.security.fuzz.values import value
from tests.support.web import invoice

_METHODS = (
    "GET",
    "POST",
    "POST",
    "POST",
    "HEAD",
    "PUT",
    "PATCH",
    "DELETE",
    "OPTIONS",
    "TRACE",
    "CONNECT",
    "get",
    "X",
    "",
)
_HEADERS = (
    "accept", "accept-language", "accept-encoding", "authorization", "content-type", "content-disposition",
    "content-length", "content-encoding", "transfer-encoding", "cookie", "host", "origin", "referer", "range", "expect",
    "idempotency-key", "if-none-match", "if-modified-since", "x-csrf-token", "x-forwarded-for", "x-forwarded-proto",
    "x-http-method-override", "forwarded", "connection", "traceparent", "user-agent", "te", "upgrade", "x",
)  # fmt: skip
_HEADER_VALUES = (
    "", "*/*", "text/html", "application/json", "application/xml;q=0.5, */*;q=nan", "*/*;q=1e999", "a/b;q=-1",
    ",,,;;;", "/",
    "application/pdf", "application/jsonl", "text/html;level=1;q=0", "de", "en;q=0", "xx-YY", "*;q=0", "de;q=ä",
    "Bearer",
    "Bearer ", "Basic YTpi", "Bearer \x7f", "Bearer " + "x" * 5000, "application/octet-stream", "multipart/form-data",
    "multipart/form-data; boundary=", 'multipart/form-data; boundary="b', "multipart/form-data; boundary=" + "b" * 300,
    "text/xml; charset=utf-7", "application/x-www-form-urlencoded; charset=utf-16", "attachment; filename=../../x.xml",
    "attachment; filename*=UTF-8''%00%0d%0a", "attachment; filename*=x''y", 'attachment; filename="\\', "0", "-1",
    "1e9", "9" * 40,
    "²", "gzip", "chunked", "identity, gzip", "100-continue", "bytes=0-", "bytes=-1", "bytes=9-1,1-2", "None", "null",
    "127.0.0.1",
    "::1, 10.0.0.1", "evil.example", "00-" + "0" * 32 + "-" + "0" * 16 + "-00", '"', "W/\"x\"",
    "Thu, 01 Jan 1970 00:00:00 GMT",
    "\xff\xfe", "=?utf-8?q?x?=", "a=b; c", "a" * 9000,
)  # fmt: skip
_SEGMENTS = ("", ".", "..", "...", "%", "%00", "a/b", "\0", "ä", "\u202e", "x" * 500, "0", "-1", "null", "*",
    "' OR 1=1 --", "{}", ":", ":retry",
             "api", "api:pause", "upload", "portal", "de", "en", "retry", "send-on", "report.pdf", "\udcff", "\n",
             "\r\n", "%2e%2e", "\\")  # fmt: skip
_FIELDS = ("file", "csrf", "login", "password", "reason", "cause", "authority_id", "next", "count", "seconds",
    "lease_token",
           "note", "text", "after", "limit", "verdict", "handling", "hold", "rule", "wait", "filename", "attachments",
           "declined", "language", "key", "receipt")  # fmt: skip


def mutated(chance: Random, at: Site) -> Asked:
    """A request to one of the routes, with something odd about it."""
    method, path = chance.choice(at.routes)
    who = chance.choice(tuple(at.credentials))
    if chance.random() < 0.05:
        method = chance.choice(_METHODS)
    if chance.random() < 0.03:
        path += chance.choice(("/", "//", "/..", "%2f", "\0", ";x", ":", ":retry"))
    headers = [*at.credentials[who], (b"host", b"testserver")]
    kind, body = _body(chance, at, at.csrf.get(who, ""))
    if kind:
        headers.append((b"content-type", kind.encode("latin-1", "replace")))
    if "in a browser" in who and chance.random() < 0.5:
        headers.append((b"x-csrf-token", at.csrf[who].encode()))
    for _ in range(chance.choice((0, 0, 1, 1, 2, 4))):
        text = chance.choice(_HEADER_VALUES) if chance.random() < 0.8 else value(chance)
        headers.append((chance.choice(_HEADERS).encode(), re.sub(rb"[\r\n\0]", b" ", text.encode("utf-8", "replace"))))
    if chance.random() < 0.7:
        headers.append((b"content-length", str(sum(map(len, body))).encode()))
    return Asked(who, method, _path(path, chance, at), _query(chance), tuple(headers), body)


def _path(pattern: str, chance: Random, at: Site) -> str:
    def segment(found: re.Match[str]) -> str:
        if "number" in found[0] and chance.random() < 0.6:
            return chance.choice(("1", "1", "0", "2", "01", "-1", "99999999999999999999", "1.0", "１"))
        if chance.random() < 0.6:
            return chance.choice(at.ids)
        return chance.choice(_SEGMENTS) if chance.random() < 0.8 else value(chance)[:300]

    return re.sub(r"\{[^}]+\}", segment, pattern)


def _query(chance: Random) -> bytes:
    pairs = [
        f"{chance.choice(_FIELDS)}={quote(value(chance)[:500], safe=chance.choice(('', '%&=')))}"
        for _ in range(chance.choice((0, 0, 0, 1, 1, 2, 5)))
    ]
    odd = chance.choice(
        (
            "",
            "",
            "",
            "",
            "&",
            "%",
            "%ff%fe",
            "=",
            "&&a&=b",
            "a" * 3000,
            "limit=1&limit=2",
            "wait=0",
            "wait=nan",
            "after=;",
        )
    )
    return "&".join([*pairs, odd] if odd else pairs).encode("utf-8", "surrogateescape")


def _body(chance: Random, at: Site, csrf: str) -> tuple[str, tuple[bytes, ...]]:
    """A media type and the chunks of a body."""
    make = chance.choice((_nothing, _file, _json_body, _json_body, _form, _form, _multipart, _multipart))
    kind, data = make(chance, at, csrf)
    if chance.random() < 0.1:
        data = data[: chance.randrange(len(data) + 1)]
    if chance.random() < 0.05:
        kind = chance.choice(_HEADER_VALUES)
    cut = chance.randrange(len(data) + 1)
    return kind, chance.choice(((data,), (data[:cut], data[cut:]), (b"", data, b"")))


def _nothing(chance: Random, at: Site, csrf: str) -> tuple[str, bytes]:
    return "", b""


def _file(chance: Random, at: Site, csrf: str) -> tuple[str, bytes]:
    return chance.choice(("application/xml", "application/pdf", "text/xml")), _content(chance)


def _content(chance: Random) -> bytes:
    return chance.choice((invoice(chance.choice(("", "reject", "abort", value(chance).replace("<", "").replace("&",
        "")[:50]))),
                          b"", b"\0", b"<", b"%PDF-1.7", b"PK\x03\x04", b"x" * 6000, b"\xff\xfe<\0"))  # fmt: skip


def _json_body(chance: Random, at: Site, csrf: str) -> tuple[str, bytes]:
    if chance.random() < 0.15:
        return "application/json", chance.choice(_odd_json())
    known = {name: _json_value(chance, at) for name in chance.sample(_FIELDS, chance.randrange(5))}
    return "application/json", json.dumps(known).encode()


@cache
def _odd_json() -> tuple[bytes, ...]:
    return (b"", b"{", b"[]", b"null", b"NaN", b'"', b"[" * 5000, b'{"a":' * 3000, b"1" * 5000, b'{"count": 1e400}',
        b"\xff", b'"\\ud800"',
            b'{"reason": "\\ud800"}', b'{"reason": "\\u0000"}', b"\xef\xbb\xbf{}", b"{}{}",
            b'{"count":1,"count":2}')  # fmt: skip


def _json_value(chance: Random, at: Site) -> Any:
    return chance.choice(
        (
            value(chance),
            chance.choice(at.ids),
            chance.choice((0, 1, -1, 10**30, 2**63, 0.5, True, None)),
            [],
            {},
            ["x"],
            "fault",
            "x",
        )
    )


def _form(chance: Random, at: Site, csrf: str) -> tuple[str, bytes]:
    known = [(name, value(chance)[:2000]) for name in chance.sample(_FIELDS, chance.randrange(6))] + [("csrf", csrf)]
    text = "&".join(f"{quote(name)}={quote(text, errors='surrogateescape')}" for name, text in known)
    return "application/x-www-form-urlencoded", text.encode() + chance.choice(
        (b"", b"", b"&%", b"&a=%ff", b"&=", b"&" * 2000)
    )


def _multipart(chance: Random, at: Site, csrf: str) -> tuple[str, bytes]:
    boundary = chance.choice(("b", "b", "b" * 70, "'()+_,-./:=?", "ä", "b b"))
    parts = [b'Content-Disposition: form-data; name="csrf"\r\n\r\n' + csrf.encode()]
    for _ in range(chance.choice((0, 1, 1, 2, 5, 120))):
        name = chance.choice(_FIELDS) if chance.random() < 0.9 else value(chance)
        file = value(chance)[:300] if chance.random() < 0.8 else None
        head = f'Content-Disposition: form-data; name="{name}"' + (f'; filename="{file}"' if file is not None else "")
        odd = chance.choice(
            (
                "",
                "",
                "\r\nContent-Type: text/html",
                "\r\nContent-Transfer-Encoding: base64",
                "\r\nX: " + "y" * 5000,
                "\r\n: x",
                "\r\nnothing",
            )
        )
        parts.append(
            (head + odd).encode("utf-8", "replace")
            + chance.choice((b"\r\n\r\n", b"\r\n\r\n", b"\n\n", b"\r\n"))
            + _content(chance)
        )
    edge = boundary.encode()
    end = chance.choice((b"--\r\n", b"--\r\n", b"--\r\n", b"", b"--", b"\r\n"))
    data = b"".join(b"--" + edge + b"\r\n" + part + b"\r\n" for part in parts) + b"--" + edge + end
    return f"multipart/form-data; boundary={boundary}", data
