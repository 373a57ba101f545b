"""PostgreSQL: commits that last, transactions that keep apart, and trouble that is a Fault and tells no secrets."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from psycopg.sql import SQL, Identifier
from sqlalchemy import Connection, text

from einvoice.errors import Fault
from einvoice.model.trouble import FaultNotice
from einvoice.store import engines
from einvoice.store.database import Database, lock
from tests.support.postgres import PostgresServer, new_server

Open = Callable[[str], Database]


@pytest.fixture
def database_url(postgres_url: str) -> str:
    return postgres_url


@pytest.fixture
def open_database() -> Iterator[Open]:
    """Opens a database, as it is."""
    opened: list[Database] = []

    def open_one(url: str) -> Database:
        opened.append(Database(url.replace("postgresql://", "postgresql+psycopg://")))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


@pytest.fixture
def database(postgres_url: str, open_database: Open) -> Database:
    return open_database(postgres_url)


@pytest.fixture(scope="module")
def own_server() -> Iterator[PostgresServer]:
    """A server that tests may stop; each starts it as it needs it."""
    server = new_server()
    yield server
    server.remove()


def count_suppliers(connection: Connection) -> int:
    return int(connection.execute(text("SELECT count(*) FROM suppliers")).scalar_one())


def add_supplier(connection: Connection, name: str) -> None:
    connection.execute(text("INSERT INTO suppliers VALUES (:name, :name)"), {"name": name})


def setting(database: Database, name: str) -> str:
    with database.read() as connection:
        return str(connection.exec_driver_sql(f"SHOW {name}").scalar_one())


def database_name(url: str) -> str:
    return url.rpartition("/")[2]


def fault_of(work: Callable[[], object]) -> FaultNotice:
    with pytest.raises(Fault) as caught:
        work()
    return caught.value.notice


def use(database: Database) -> int:
    with database.read() as connection:
        return count_suppliers(connection)


# Durable


def test_a_server_that_waits_for_the_disk_is_used(database: Database) -> None:
    database.assert_durable()


def test_every_connection_commits_to_the_disk_whatever_the_database_was_set_to(
    postgres_server: PostgresServer, postgres_url: str, open_database: Open
) -> None:
    name = Identifier(database_name(postgres_url))
    postgres_server.run(SQL("ALTER DATABASE {} SET synchronous_commit = off").format(name))
    database = open_database(postgres_url)
    database.assert_durable()
    assert setting(database, "synchronous_commit") == "on"


def test_a_commit_that_waits_for_the_standby_to_apply_it_stays_so(
    postgres_server: PostgresServer, postgres_url: str, open_database: Open
) -> None:
    name = Identifier(database_name(postgres_url))
    postgres_server.run(SQL("ALTER DATABASE {} SET synchronous_commit = remote_apply").format(name))
    database = open_database(postgres_url)
    database.assert_durable()
    assert setting(database, "synchronous_commit") == "remote_apply"


@pytest.mark.parametrize("option", ["fsync", "full_page_writes"])
def test_a_server_that_would_lose_commits_is_not_used(
    own_server: PostgresServer, open_database: Open, option: str
) -> None:
    own_server.start(**{option: "off"})
    notice = fault_of(open_database(own_server.url("postgres")).assert_durable)
    own_server.stop()
    assert (notice.cause, notice.deterministic) == ("database-not-durable", True)
    assert option in notice.detail


def test_a_database_that_can_not_hold_every_character_is_not_used(
    postgres_server: PostgresServer, open_database: Open
) -> None:
    name = postgres_server.create(migrated=False, options="ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C'")
    database = open_database(postgres_server.url(name))
    notice = fault_of(database.assert_durable)
    database.close()
    postgres_server.drop(name)
    assert "server_encoding is LATIN1" in notice.detail


# Transactions


def test_a_reader_sees_one_moment_whatever_is_committed_meanwhile(database: Database) -> None:
    with database.read() as connection:
        assert count_suppliers(connection) == 0
        with database.write() as other:
            add_supplier(other, "Muster GmbH")
        assert count_suppliers(connection) == 0
    with database.read() as connection:
        assert count_suppliers(connection) == 1


def test_a_writer_sees_what_was_committed_meanwhile(database: Database) -> None:
    with database.write() as connection:
        assert count_suppliers(connection) == 0
        with database.write() as other:
            add_supplier(other, "Muster GmbH")
        assert count_suppliers(connection) == 1


def test_a_reader_can_not_write(database: Database) -> None:
    def write() -> None:
        with database.read() as connection:
            add_supplier(connection, "Muster GmbH")

    assert fault_of(write).detail == "ReadOnlySqlTransaction (25006)"


def test_times_come_back_in_utc_wherever_the_server_is(
    postgres_server: PostgresServer, postgres_url: str, open_database: Open
) -> None:
    name = Identifier(database_name(postgres_url))
    postgres_server.run(SQL("ALTER DATABASE {} SET timezone = 'Europe/Berlin'").format(name))
    with open_database(postgres_url).read() as connection:
        now = connection.execute(text("SELECT now()")).scalar_one()
    assert now.isoformat().endswith("+00:00")


# Named locks


def take(database: Database, name: str) -> None:
    with database.write() as connection:
        lock(connection, name)


def wait_until_someone_waits(database: Database) -> None:
    query = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    while True:
        with database.read() as connection:
            if connection.execute(query).scalar_one():
                return


def test_a_lock_keeps_others_waiting_until_the_transaction_ends(database: Database) -> None:
    with ThreadPoolExecutor(1) as pool:
        with database.write() as connection:
            lock(connection, "leitweg:1")
            other = pool.submit(take, database, "leitweg:1")
            wait_until_someone_waits(database)
            assert not other.done()
        other.result()


def test_a_lock_may_be_taken_twice_and_another_name_is_another_lock(database: Database) -> None:
    with database.write() as connection, ThreadPoolExecutor(1) as pool:
        lock(connection, "leitweg:1")
        lock(connection, "leitweg:1")
        pool.submit(take, database, "leitweg:2").result()


def test_any_text_can_be_locked(database: Database) -> None:
    with database.write() as connection:
        for name in ("", "ä\x00", "\ud800", "x" * 10_000):
            lock(connection, name)


# Trouble


def test_a_lock_that_does_not_come_is_a_fault(database: Database) -> None:
    assert setting(database, "lock_timeout") == f"{engines.BUSY_SECONDS}s"

    def impatient() -> None:
        with database.write() as other:
            other.exec_driver_sql("SET LOCAL lock_timeout = '20ms'")
            lock(other, "leitweg:1")

    with database.write() as connection:
        lock(connection, "leitweg:1")
        notice = fault_of(impatient)
    assert (notice.detail, notice.elsewhere) == ("LockNotAvailable (55P03)", True)


def test_of_two_that_wait_for_each_other_one_gets_a_fault_and_the_other_goes_on(database: Database) -> None:
    both_have_one = Barrier(2)

    def crosswise(first: str, second: str) -> str:
        try:
            with database.write() as connection:
                lock(connection, first)
                both_have_one.wait()
                lock(connection, second)
        except Fault as fault:
            return fault.notice.detail
        return "done"

    with ThreadPoolExecutor(2) as pool:
        done = [pool.submit(crosswise, "a", "b"), pool.submit(crosswise, "b", "a")]
    assert sorted(one.result() for one in done) == ["DeadlockDetected (40P01)", "done"]


def test_a_writer_that_stands_still_loses_its_locks(database: Database) -> None:
    assert setting(database, "idle_in_transaction_session_timeout") == f"{engines.BUSY_SECONDS}s"

    def still() -> None:
        with database.write() as connection:
            add_supplier(connection, "Muster GmbH")
            connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = '20ms'")
            with database.write() as other:
                other.exec_driver_sql("LOCK TABLE suppliers")  # comes only when the other one has been cut off
            count_suppliers(connection)

    assert fault_of(still).elsewhere
    assert use(database) == 0


def test_a_backup_may_take_its_time(database: Database) -> None:
    with database.read(unhurried=True) as connection:
        for name in ("statement_timeout", "idle_in_transaction_session_timeout"):
            assert connection.exec_driver_sql(f"SHOW {name}").scalar_one() == "0"
    assert setting(database, "statement_timeout") != "0"


def test_a_server_that_is_away_is_a_fault_elsewhere_and_all_goes_on_when_it_is_back(
    own_server: PostgresServer, open_database: Open
) -> None:
    own_server.start()
    database = open_database(own_server.url(own_server.create()))
    with database.write() as connection:
        add_supplier(connection, "Muster GmbH")

    def stopped_before_the_commit() -> None:
        with database.write() as connection:
            add_supplier(connection, "Beispiel AG")
            own_server.stop()

    assert fault_of(stopped_before_the_commit).elsewhere
    notice = fault_of(lambda: use(database))
    assert (notice.cause, notice.elsewhere) == ("database", True)
    assert "Connection refused" in notice.detail
    own_server.start()
    assert use(database) == 1
    own_server.stop()


def test_a_connection_that_was_cut_while_it_lay_idle_is_replaced(
    database: Database, postgres_server: PostgresServer, postgres_url: str
) -> None:
    use(database)
    postgres_server.cut_connections(database_name(postgres_url))
    assert use(database) == 0


def test_a_connection_that_is_cut_in_the_middle_leaves_nothing(
    database: Database, postgres_server: PostgresServer, postgres_url: str
) -> None:
    def cut() -> None:
        with database.write() as connection:
            add_supplier(connection, "Muster GmbH")
            postgres_server.cut_connections(database_name(postgres_url))
            add_supplier(connection, "Beispiel AG")

    assert fault_of(cut).elsewhere
    assert use(database) == 0


def test_threads_take_turns_when_there_are_more_of_them_than_connections(
    postgres_url: str, open_database: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "CONNECTIONS", 2)
    database = open_database(postgres_url)

    def add(number: int) -> None:
        with database.write() as connection:
            add_supplier(connection, str(number))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(40)))
    assert use(database) == 40


def test_a_turn_that_does_not_come_is_a_fault(
    postgres_url: str, open_database: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "CONNECTIONS", 1)
    monkeypatch.setattr(engines, "BUSY_SECONDS", 1)
    database = open_database(postgres_url)
    with database.read():
        assert fault_of(lambda: use(database)).elsewhere


def test_a_server_with_no_connection_left_is_a_fault(
    postgres_server: PostgresServer, postgres_url: str, open_database: Open
) -> None:
    name = Identifier(database_name(postgres_url))
    postgres_server.run(SQL("ALTER DATABASE {} CONNECTION LIMIT 0").format(name))
    database = open_database(postgres_url)
    notice = fault_of(lambda: use(database))
    assert (notice.cause, notice.elsewhere) == ("database", True)


@pytest.mark.parametrize(("there", "wrong"), [("einvoice:", "einvoice:wrong"), ("/test_", "/absent_")])
def test_an_address_that_is_wrong_is_told_without_repeating_it(
    postgres_server: PostgresServer, postgres_url: str, open_database: Open, there: str, wrong: str
) -> None:
    database = open_database(postgres_url.replace(there, wrong, 1))
    notice = fault_of(lambda: use(database))
    assert notice.cause == "database"
    for secret in (postgres_server.password, "einvoice", "test_", "absent", "127.0.0.1"):
        assert secret not in notice.detail
