"""An IMAP server with one account, as far as the mail door needs one. Its folders lie in memory."""

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count

USER, PASSWORD = "rechnung@stadt.example", 'ge"heim'
_COMMAND = re.compile(rb"(\S+) (UID )?(\S+)\s*(.*)", re.DOTALL)


@dataclass
class Message:
    uid: int
    data: bytes
    flags: set[str] = field(default_factory=set)


@dataclass
class ImapServer:
    """What it holds; tests look at it and put into it."""

    port: int = 0
    abilities: str = "IMAP4rev1 UIDPLUS MOVE"
    folders: dict[str, dict[int, Message]] = field(default_factory=lambda: {"INBOX": {}})
    commands: list[str] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)
    uids: Iterator[int] = field(default_factory=lambda: count(1))

    def deliver(self, data: bytes, folder: str = "INBOX") -> int:
        with self.lock:
            uid = next(self.uids)
            self.folders[folder][uid] = Message(uid, data)
            return uid

    def there(self, folder: str = "INBOX") -> list[Message]:
        with self.lock:
            return list(self.folders.get(folder, {}).values())

    @property
    def url(self) -> str:
        return f"imap://{USER.replace('@', '%40')}@127.0.0.1:{self.port}/INBOX"


class _Refused(Exception):
    pass


class _Session(socketserver.StreamRequestHandler):
    imap: ImapServer

    def handle(self) -> None:
        with suppress(ConnectionError):  # who spoke to us was killed
            self.serve()

    def serve(self) -> None:
        self.folder, self.signed_in = "", False
        self.tell("* OK ready")
        while line := self.rfile.readline():
            parts = _COMMAND.match(line.strip())
            if parts is None:
                return
            tag, command, arguments = parts[1].decode(), parts[3].decode().upper(), parts[4].decode()
            self.imap.commands.append(f"{command} {arguments}" if command != "LOGIN" else command)
            try:
                with self.imap.lock:
                    getattr(self, f"do_{command.lower()}")(arguments)
            except _Refused as refused:
                self.tell(f"{tag} NO {refused}")
            else:
                self.tell(f"{tag} OK done")
            if command == "LOGOUT":
                return

    def tell(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def do_capability(self, arguments: str) -> None:
        self.tell(f"* CAPABILITY {self.imap.abilities if self.signed_in else 'IMAP4rev1'}")

    def do_login(self, arguments: str) -> None:
        escaped = PASSWORD.replace('"', '\\"')
        if arguments not in (f'{USER} "{escaped}"', f'"{USER}" "{escaped}"'):
            raise _Refused("who is that")
        self.signed_in = True

    def do_select(self, arguments: str) -> None:
        if arguments.strip('"') not in self.imap.folders or not self.signed_in:
            raise _Refused("no such folder")
        self.folder = arguments.strip('"')
        self.tell(f"* {len(self.there)} EXISTS")

    def do_create(self, arguments: str) -> None:
        self.imap.folders.setdefault(arguments.strip('"'), {})

    def do_search(self, arguments: str) -> None:
        assert arguments == "UNDELETED"
        found = (str(uid) for uid, message in self.there.items() if r"\Deleted" not in message.flags)
        self.tell(f"* SEARCH {' '.join(found)}".rstrip())

    def do_fetch(self, arguments: str) -> None:
        uids, what = arguments.split(" ", 1)
        for message in self.named(uids):
            body = re.search(r"BODY\.PEEK\[\](?:<0\.(\d+)>)?", what)
            if body is None:
                self.tell(f"* 1 FETCH (UID {message.uid} RFC822.SIZE {len(message.data)})")
                continue
            data = message.data[: int(body[1])] if body[1] else message.data
            origin = "<0>" if body[1] else ""
            self.wfile.write(f"* 1 FETCH (UID {message.uid} BODY[]{origin} {{{len(data)}}}\r\n".encode())
            self.wfile.write(data + b")\r\n")

    def do_store(self, arguments: str) -> None:
        uids, _, flags = arguments.split(" ", 2)
        for message in self.named(uids):
            message.flags |= set(flags.strip("()").split())

    def do_copy(self, arguments: str) -> None:
        uids, folder = arguments.split(" ", 1)
        if folder.strip('"') not in self.imap.folders:
            raise _Refused("[TRYCREATE] no such folder")
        for message in self.named(uids):
            new = self.imap.deliver(message.data, folder.strip('"'))
            self.imap.folders[folder.strip('"')][new].flags = set(message.flags)

    def do_move(self, arguments: str) -> None:
        self.do_copy(arguments)
        for message in self.named(arguments.split(" ", 1)[0]):
            del self.there[message.uid]

    def do_expunge(self, arguments: str) -> None:
        for message in self.named(arguments):
            if r"\Deleted" in message.flags:
                del self.there[message.uid]

    def do_logout(self, arguments: str) -> None:
        self.tell("* BYE")

    @property
    def there(self) -> dict[int, Message]:
        return self.imap.folders[self.folder]

    def named(self, uids: str) -> list[Message]:
        return [self.there[int(uid)] for uid in uids.split(",") if int(uid) in self.there]


@contextmanager
def imap_server(abilities: str = ImapServer.abilities) -> Iterator[ImapServer]:
    """Running on a free port of this machine."""
    imap = ImapServer(abilities=abilities)
    handler = type("Session", (_Session,), {"imap": imap})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        imap.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield imap
        finally:
            server.shutdown()
            thread.join()
