"""The real program, once for all tests that talk to it over HTTP."""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2 as httpx
import pytest

from tests.support.service import SAMPLES, Service


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One running service for all tests that do not stop it."""
    started = Service(tmp_path_factory.mktemp("service"))
    started.start()
    yield started
    started.stop()


@pytest.fixture
def new_service(tmp_path: Path) -> Iterator[Callable[..., Service]]:
    """A service of one's own, not yet started: `new_service(MAX_ATTEMPTS="1")`."""
    made: list[Service] = []

    def make(**options: str) -> Service:
        made.append(Service(tmp_path, options))
        return made[-1]

    yield make
    for one in made:
        one.stop()


@pytest.fixture(scope="session")
def samples() -> Path:
    """The sample invoices."""
    return SAMPLES


@pytest.fixture(scope="session")
def musterstadt(service: Service) -> httpx.Client:
    """The accounting system of the city that most samples are addressed to."""
    return service.authority("Stadt Musterstadt", "04011000-1234512345-06")


@pytest.fixture(scope="session")
def beispiel(service: Service) -> httpx.Client:
    """The accounting system of the district that the other samples are addressed to."""
    return service.authority("Landkreis Beispiel", "03999-BEISPIEL-86")
