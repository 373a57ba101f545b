"""What Prometheus is told, for tests: how much it has grown, and what names there are."""

import re

from prometheus_client import CollectorRegistry
from prometheus_client.registry import Collector

_NAMED = re.compile(r"\b(?:einvoice|process)_[a-z_]+\b")


class Counted:
    """How much figures have grown since this was made: `counted("einvoice_decided_total", verdict="accepted")`."""

    def __init__(self, figures: Collector) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(figures)
        self._before = self._all()

    def __call__(self, name: str, **labels: str) -> float:
        key = (name, frozenset(labels.items()))
        return self._all().get(key, 0.0) - self._before.get(key, 0.0)

    def _all(self) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
        samples = (sample for family in self._registry.collect() for sample in family.samples)
        return {(sample.name, frozenset(sample.labels.items())): sample.value for sample in samples}


def named_figures(text: str) -> set[str]:
    """The names of ours in an expression, or in anything that holds some."""
    return set(_NAMED.findall(text))
