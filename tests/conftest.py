"""What all tests share: where the corpus is, and that a continuous-integration run never skips it by accident."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def same_mask() -> Iterator[None]:
    """Commands that run inside a test process may narrow its file mask; the next test finds it as it was."""
    mask = os.umask(0o022)
    os.umask(mask)
    yield
    os.umask(mask)


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real invoices named by EINVOICE_CORPUS; tests that need it say so when it is absent."""
    named = os.environ.get("EINVOICE_CORPUS")
    if not named:
        pytest.skip("EINVOICE_CORPUS is not set: the corpus of real invoices is absent")
    folder = Path(named)
    if not (folder / "expected" / "kosit.jsonl").is_file():
        pytest.fail(f"EINVOICE_CORPUS={named} holds no corpus (expected/kosit.jsonl is missing)")
    return folder


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Refuse sets as parameters: their order differs from process to process, and parallel runs need one order."""
    for mark in metafunc.definition.iter_markers("parametrize"):
        if len(mark.args) > 1 and isinstance(mark.args[1], set | frozenset):
            pytest.fail(f"{metafunc.definition.nodeid}: parametrize over a set has no fixed order; use a tuple")
