"""How the service logs: one event a line, times in UTC, no personal data, no secrets."""

import logging
import sys

import structlog

from einvoice.settings import Settings


def configure_logs(settings: Settings) -> None:
    """Send structlog's and the libraries' lines to stderr, as text or (`log_json`) as one JSON object each."""
    # Tracebacks without local variables: these may hold tokens and invoices.
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    as_json = (structlog.processors.format_exc_info, structlog.processors.JSONRenderer())
    rendering: tuple[structlog.typing.Processor, ...] = as_json if settings.log_json else (plain,)
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
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
    for noisy in ("alembic", "huey"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
