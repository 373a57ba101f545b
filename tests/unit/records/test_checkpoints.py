"""The head of the log, signed."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import update

from einvoice.model.audit import Checkpoint
from einvoice.records.checkpoints import sign_head
from einvoice.records.signing import PublicKeys, Signature, Signer
from einvoice.store.tables import audit_entries

from .conftest import on_both


def kept(bench: Any) -> list[Checkpoint]:
    return list(bench.store.audit.checkpoints())


@on_both
def test_the_head_is_signed(bench: Any, signer: Signer, keys: PublicKeys) -> None:
    bench.decided(b"1")
    checkpoint = sign_head(bench.store, signer)
    assert checkpoint is not None
    assert (checkpoint.number, checkpoint.hash) == bench.store.audit.head()
    assert checkpoint.at == bench.clock.now
    assert keys.check(checkpoint.key_id, checkpoint.signed_content(), checkpoint.signature) is Signature.GOOD
    assert kept(bench) == [checkpoint]


def test_an_empty_log_is_not_signed(bench: Any, signer: Signer) -> None:
    assert sign_head(bench.store, signer) is None
    assert kept(bench) == []


def test_a_head_that_did_not_move_is_not_signed_again(bench: Any, signer: Signer) -> None:
    bench.decided(b"1")
    sign_head(bench.store, signer)
    bench.clock.advance(300)
    assert sign_head(bench.store, signer) is None
    assert len(kept(bench)) == 1


def test_a_head_that_moved_is(bench: Any, signer: Signer) -> None:
    for number in range(3):
        bench.receive(str(number).encode())
        sign_head(bench.store, signer)
    assert [one.number for one in kept(bench)] == [1, 2, 3]


@on_both
def test_hosts_that_sign_at_once_do_no_harm(bench: Any, signer: Signer, other_signer: Signer) -> None:
    bench.decided(b"1")
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda one: sign_head(bench.store, one), (signer, other_signer) * 4))
    head = bench.store.audit.head()
    assert {(one.number, one.hash) for one in kept(bench)} == {head}
    assert {one.key_id for one in kept(bench)} <= {signer.key_id, other_signer.key_id}


@pytest.mark.parametrize("number", [1, 4])
def test_a_log_that_is_not_as_it_was_signed_is_not_signed_again(
    bench: Any, signer: Signer, number: int, caplog: pytest.LogCaptureFixture
) -> None:
    bench.receive(b"1")
    sign_head(bench.store, signer)
    for data in (b"2", b"3", b"4"):
        bench.receive(data)
    with bench.store.database.write() as connection:
        connection.execute(update(audit_entries).where(audit_entries.c.number == number).values(actor="x"))
    assert sign_head(bench.store, signer) is None
    assert len(kept(bench)) == 1
    assert f"at entry {number}" in caplog.text
