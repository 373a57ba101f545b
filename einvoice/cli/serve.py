"""`einvoice serve` and `einvoice worker`: the running service, and its clean end."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from typing import Annotated

import structlog
import typer

from einvoice.app import App, open_app, rule_artefacts, work
from einvoice.identity.identity import is_loopback
from einvoice.intake import read_folders
from einvoice.intake.mailboxes import read_mailboxes
from einvoice.logs import configure_logs
from einvoice.rules import load_packs, sync
from einvoice.settings import Settings
from einvoice.watching import tracing

# How long one thread may keep the others waiting while it reads a large invoice; Python's default is 5 ms.
_TURN_SECONDS = 0.0005

log = structlog.get_logger()

_REQUEST_SECONDS = 30  # running requests get this long at the end


def serve(
    workers: Annotated[int | None, typer.Option(help="Validator processes; 0 is web alone.", min=0)] = None,
    host: Annotated[str | None, typer.Option(help="Where to listen.")] = None,
    port: Annotated[int | None, typer.Option(help="Where to listen.")] = None,
    demo: Annotated[bool, typer.Option(help="Two authorities, a one-time sign-in link and an example to try.")] = False,
) -> None:
    """Serve portal and API, with workers in the same process. Ends cleanly on SIGTERM.

    With EINVOICE_DRAIN_SECONDS it first says on /readyz that it is about to end, and still serves for so long.
    """
    settings = _settings(workers=workers, host=host, port=port)
    _settle_in()
    with tracing(settings), open_app(settings) as app:
        app.pool.warm_up()
        if demo and not is_loopback(settings.host):
            raise typer.BadParameter("sign-in links exist on loopback only; set EINVOICE_HOST=127.0.0.1")
        if demo:
            from einvoice.cli.demo import prepare_demo

            typer.echo(prepare_demo(app))
        with _working(app) if settings.workers else nullcontext():
            _web(app)


def worker(
    workers: Annotated[int | None, typer.Option(help="Validator processes.", min=1)] = None,
) -> None:
    """Work off what came in, without web. Any number of them may run beside each other. Ends cleanly on SIGTERM.

    With EINVOICE_METRICS_PORT it serves its figures for Prometheus there, on EINVOICE_HOST.
    """
    settings = _settings(workers=workers)
    _settle_in()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with tracing(settings), open_app(settings) as app, _figures(app):
        work(app, stop)


def _settle_in() -> None:
    """As a good tenant of its machine.

    Whatever is written holds invoices: it is for the service's user alone. And whoever is woken waits for its turn, a
    few milliseconds, instead of interrupting: threads that hand each other work spent a fifth of their time on that.
    """
    os.umask(0o077)
    sys.setswitchinterval(_TURN_SECONDS)
    with suppress(AttributeError, OSError):  # not everywhere; a sandbox may forbid it
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def _settings(**given: object) -> Settings:
    """The settings, with what the command line says; logs on, rule packs fetched if one is missing."""
    settings = Settings().model_copy(update={name: value for name, value in given.items() if value is not None})
    configure_logs(settings)
    if settings.workers:  # web alone looks after no folder, and may not even reach the file
        for read in (read_folders, read_mailboxes):  # what is wrong there is told before anything starts
            read(settings.inbox_dir, settings.folders)
    sync(load_packs(settings.schematron_dir), rule_artefacts(settings), lambda text: typer.echo(text, err=True))
    return settings


@contextmanager
def _working(app: App) -> Iterator[None]:
    """A worker in a thread for as long as the web side runs."""
    stop = threading.Event()
    thread = threading.Thread(target=work, args=(app, stop), name="worker")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@contextmanager
def _figures(app: App) -> Iterator[None]:
    """A worker's figures over HTTP, if it is told where. Open to whoever reaches that port: they name nobody."""
    if not app.settings.metrics_port:
        yield
        return
    from prometheus_client import CollectorRegistry, start_http_server

    from einvoice.operations import ServiceFigures
    from einvoice.watching.figures import PROCESS

    registry = CollectorRegistry()
    registry.register(PROCESS)
    registry.register(ServiceFigures(app.store, app.settings))
    server, thread = start_http_server(app.settings.metrics_port, app.settings.host, registry)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _web(app: App) -> None:
    """Serve until told to stop; drain; then finish the requests under way and return. Told twice, do not drain.

    uvicorn would raise the signal again at its end and so kill the process before the worker has finished.
    """
    import uvicorn  # here, so that the other commands start without the web framework

    settings = app.settings
    from einvoice.cli.refusing import room_for_connections
    from einvoice.cli.wire import Connection, Server
    from einvoice.watching.requests import RequestIds
    from einvoice.web import create_asgi

    asgi = create_asgi(app)
    asgi.state.draining = False

    class OnTheWire(Connection):
        head_seconds, silent_seconds = settings.head_seconds, settings.silent_seconds

    class Drained(Server):
        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: self.drain())
            yield

        def drain(self) -> None:
            seconds = 0.0 if asgi.state.draining else settings.drain_seconds
            asgi.state.draining = True
            ending = threading.Timer(seconds, setattr, (self, "should_exit", True))
            ending.daemon = True
            ending.start()

    config = uvicorn.Config(
        RequestIds(asgi),
        host=settings.host,
        port=settings.port,
        http=OnTheWire,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        # Who asks is who connects, or who a proxy of ours says: a header that anyone can send opens nothing.
        proxy_headers=bool(settings.proxy_networks),
        forwarded_allow_ips=[str(network) for network in settings.proxies],
        limit_concurrency=room_for_connections(),
        timeout_graceful_shutdown=_REQUEST_SECONDS,
    )
    if settings.https_only and not settings.proxy_networks:
        log.warning("proxy-not-named", setting="EINVOICE_PROXY_NETWORKS", meaning="all callers have the same address")
    Drained(config).run()
