"""Identifiers."""

import time

import pytest

from einvoice.store.ids import new_id


def test_an_id_is_26_characters_that_can_not_be_mistaken() -> None:
    identifier = new_id()
    assert len(identifier) == 26
    assert not set(identifier) & set("ilou")


def test_later_ids_sort_after_earlier_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter(range(1_700_000_000_000, 1_900_000_000_000, 7_000_000_000))
    monkeypatch.setattr(time, "time_ns", lambda: next(moments) * 1_000_000)
    ids = [new_id() for _ in range(20)]
    assert ids == sorted(ids)


def test_ids_do_not_repeat() -> None:
    assert len({new_id() for _ in range(10_000)}) == 10_000
