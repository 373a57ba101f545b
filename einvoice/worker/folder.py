"""The drop folders, looked after by a worker."""

import threading
from collections.abc import Callable

from einvoice.errors import Fault
from einvoice.intake import Folder, Spool, read_folders
from einvoice.intake.mailboxes import read_mailboxes
from einvoice.intake.pickup import Hints, Pickup, ProcessId
from einvoice.pipeline import Desk
from einvoice.settings import Settings
from einvoice.worker.errands import Errand
from einvoice.worker.folderreport import FolderReport
from einvoice.worker.inboxdesk import InboxDesk
from einvoice.worker.outage import Outage
from einvoice.worker.retries import Retries

FOLDER_SENDER = "folder:drop"  # of the folder there always is
TELL_SECONDS = 10.0  # how often it is told how the folders are; operations.folders.SEEN is a few times that


class Inbox:
    """The drop folders. Each has a thread of its own, so that one that is away keeps no other waiting."""

    def __init__(self, desk: Desk, settings: Settings) -> None:
        """Raises Fault("folders-file") if what is said about the folders is wrong."""
        self._desk = desk
        self._settings = settings
        self._process = ProcessId.ours()
        self._stop = threading.Event()
        self.folders = read_folders(settings.inbox_dir, settings.folders)
        filled = {mailbox.name for mailbox in read_mailboxes(settings.inbox_dir, settings.folders)}
        self._watched = [
            _Watched(
                folder,
                self._open,
                InboxDesk(desk, folder).room,
                FolderReport(folder, settings.data_dir / "mailboxes" if folder.name in filled else None),
                every=settings.sweep_seconds,
                stop=self._stop,
            )
            for folder in self.folders
        ]

    def start(self) -> None:
        """Begin."""
        for watched in self._watched:
            watched.thread.start()

    def answered(self, name: str, error: Exception | None) -> None:
        """How the last turn of answering through a folder went; told with the folder."""
        for watched in self._watched:
            if watched.report.folder.name == name:
                watched.report.answered(error)

    def errands(self) -> tuple[Errand, ...]:
        """What is to be done regularly besides."""
        return (
            Errand("folders-told", TELL_SECONDS, self.tell),
            Errand("folder-wishes", self._settings.sweep_seconds, self.fulfil),
        )

    def tell(self) -> None:
        """Say how the folders are, so that every process of the service can show it. Raises Fault."""
        said = {watched.report.folder.name: watched.report.as_json() for watched in self._watched}
        if said:
            self._desk.store.folders.tell(self._process.name, self._process.host, said)

    def fulfil(self) -> None:
        """Have failed documents tried again that a person wants tried again. Raises Fault."""
        ours = {watched.report.folder.name: watched for watched in self._watched}
        for wish in self._desk.store.folders.wishes():
            watched = ours.get(wish.folder)
            if watched is not None and watched.works and self._desk.store.folders.take(wish):
                watched.try_again(wish.document)

    def close(self) -> None:
        """End, wait for the end, and let other processes have what is not finished."""
        self._stop.set()
        for watched in self._watched:
            watched.wake()
        for watched in self._watched:
            watched.thread.join()

    def _open(self, folder: Folder) -> Pickup:
        settings = self._settings
        spool = Spool(settings.data_dir / "spool", settings.max_upload_bytes)
        spool.discard_leftovers()
        return Pickup(
            folder,
            spool,
            InboxDesk(self._desk, folder),
            self._process,
            every=settings.sweep_seconds,
            abandoned=settings.abandoned_seconds,
            health=settings.data_dir / "folders",
        )


class _Watched:
    """One folder that is looked after."""

    def __init__(
        self,
        folder: Folder,
        open_pickup: Callable[[Folder], Pickup],
        room: Callable[[], int],
        report: FolderReport,
        *,
        every: float,
        stop: threading.Event,
    ) -> None:
        self._folder = folder
        self._open = open_pickup
        self._every = every
        self._stop = stop
        self._woken = threading.Event()
        name = f"folder:{folder.name}"
        self._trouble = Outage("round-failed", "round-works-again", round=name)
        self.report = report
        self._retries = Retries(folder, room)
        self.thread = threading.Thread(target=self._run, name=name, daemon=True)

    def wake(self) -> None:
        """Look, or look whether to stop, now."""
        self._woken.set()

    @property
    def works(self) -> bool:
        """Whether the last turn did what it should."""
        return not self._trouble.lasts

    def try_again(self, document: str | None) -> None:
        """Have a failed document, by its id, picked up again; None: all of them."""
        self._retries.ask(document)
        self.wake()

    def _run(self) -> None:
        """Opened by the first try that can: a disk that is away does not end a worker."""
        pickup = None
        while pickup is None and not self._stop.is_set():
            try:
                pickup = self._open(self._folder)
            except Exception as error:
                self._trouble.failed(error)
                self.report.failed(error)
                self._woken.wait(self._every)
        if pickup is not None:
            self._look_after(pickup)

    def _look_after(self, pickup: Pickup) -> None:
        def changed() -> None:
            pickup.hint()
            self._woken.set()

        hints = Hints(self._folder.path, changed) if self._folder.hints else None
        while not self._stop.is_set():
            self._woken.clear()
            pause = self._turn(pickup)
            if hints is not None and not hints.started:  # the first turn may have made the folder
                hints.start()
            if not self._stop.is_set():
                self._woken.wait(pause)
        if hints is not None and hints.started:
            hints.stop()
        pickup.close()

    def _turn(self, pickup: Pickup) -> float:
        pause = pickup.turn()
        self.report.turned(pickup.health)
        if pickup.errors:
            self._trouble.failed(pickup.errors[0])
        else:
            self._trouble.worked()
            if self._retry():
                return 0.0
        return pause

    def _retry(self) -> bool:
        """Whether something was put where the next turn takes it on."""
        try:
            count = self._retries.advance()
        except (OSError, Fault) as error:
            self._trouble.failed(error)
            return False
        if count:
            self.report.look_soon()
        return count > 0
