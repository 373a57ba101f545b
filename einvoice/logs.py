"""How the service logs: one event a line, times in UTC, no personal data, no secrets.

What a line is about comes with it from where it was bound, whoever writes the line: `submission` while one is worked on
(`watching.followed`), `request` while one is answered (`watching.requests`), `worker` as this process is known to the
others, and in JSON `host` and `pid`.
"""

import logging
import os
import socket
import sys

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from einvoice.settings import Settings

_QUIET = ("alembic", "huey")  # tell what only their authors want to know

_process: dict[str, object] = {}  # what every line of this process says


def configure_logs(settings: Settings) -> None:
    """Send structlog's and the libraries' lines to stderr, as text or (`log_json`) as one JSON object each."""
    # Tracebacks without local variables: these may hold tokens and invoices.
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    as_json = (structlog.processors.format_exc_info, structlog.processors.JSONRenderer())
    rendering: tuple[Processor, ...] = as_json if settings.log_json else (plain,)
    _process.clear()
    if settings.log_json:  # where lines of many processes come together
        _process.update(host=socket.gethostname(), pid=os.getpid())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        _named,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    for noisy in _QUIET:
        logging.getLogger(noisy).setLevel(logging.WARNING)


def name_worker(worker_id: str) -> None:
    """From now on every line says which worker this is."""
    _process["worker"] = worker_id


def _named(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    for name, value in _process.items():
        line.setdefault(name, value)
    return line
