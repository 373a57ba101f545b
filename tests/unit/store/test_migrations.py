"""Migrations: all or nothing, once however many start, and never back."""

import os
import subprocess
import sys
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from einvoice.errors import Fault
from einvoice.settings import Settings
from einvoice.store import database as database_module
from einvoice.store import open_store
from einvoice.store.database import MIGRATIONS, Database
from einvoice.store.tables import metadata

FIRST = "0001"
KILLED = """
import os, signal, sys
from alembic import command
from einvoice.settings import Settings
from einvoice.store.database import Database
upgrade = command.upgrade
def killed(config, revision):
    upgrade(config, sys.argv[1])
    os.kill(os.getpid(), signal.SIGKILL)
command.upgrade = killed
Database(Settings().resolved_database_url).migrate()
"""
OPENS = "from einvoice.settings import Settings; from einvoice.store import open_store; open_store(Settings()).close()"


def run(code: str, settings: Settings, *arguments: str) -> "subprocess.Popen[bytes]":
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("EINVOICE_")}
    named = {"EINVOICE_DATA_DIR": str(settings.data_dir), "EINVOICE_DATABASE_URL": settings.database_url}
    return subprocess.Popen([sys.executable, "-c", code, *arguments], env=inherited | named)


def tables(database: Database) -> set[str]:
    with database.read() as connection:
        return set(inspect(connection).get_table_names())


def revision(database: Database) -> str | None:
    with database.read() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def stamp(database: Database, name: str) -> None:
    """As if a program of that revision had migrated."""
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :name"), {"name": name})


def to_revision(database: Database, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As an older program left it."""
    upgrade = command.upgrade
    with monkeypatch.context() as patched:
        patched.setattr(command, "upgrade", lambda config, _: upgrade(config, name))
        database.migrate()


def shipped() -> list[str]:
    """The revisions there are, first to last."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()][::-1]


def test_the_migrations_lead_to_the_tables_we_use(store: Any) -> None:
    with store.database.write() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_a_migration_that_is_interrupted_leaves_nothing_and_is_done_at_the_next_start(
    empty: Database, empty_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgrade = command.upgrade

    def interrupted(*arguments: Any) -> None:
        upgrade(*arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(command, "upgrade", interrupted)
        with pytest.raises(KeyboardInterrupt):
            empty.migrate()
    assert tables(empty) == set()
    store = open_store(empty_settings)
    assert store.authorities.all() == ()
    store.close()


@pytest.mark.parametrize("reached", [FIRST, "head"])
def test_a_program_killed_while_it_migrates_leaves_nothing(
    empty: Database, empty_settings: Settings, reached: str
) -> None:
    assert run(KILLED, empty_settings, reached).wait() == -9
    assert tables(empty) == set()
    empty.migrate()
    assert tables(empty) >= set(metadata.tables)


def test_a_program_killed_while_it_migrates_leaves_the_older_tables_and_what_is_in_them(
    empty: Database, empty_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    to_revision(empty, FIRST, monkeypatch)
    with empty.write() as connection:
        connection.execute(text("INSERT INTO suppliers VALUES ('1', 'Muster GmbH')"))
    before = tables(empty)
    assert run(KILLED, empty_settings, "head").wait() == -9
    assert (tables(empty), revision(empty)) == (before, FIRST)
    empty.migrate()
    assert revision(empty) == shipped()[-1]
    with empty.read() as connection:
        assert connection.execute(text("SELECT name FROM suppliers")).all() == [("Muster GmbH",)]


@pytest.mark.parametrize("empty_settings", ["postgresql"], indirect=True)
def test_a_migration_that_a_running_program_keeps_from_a_table_gives_up_and_is_done_later(
    empty: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    to_revision(empty, FIRST, monkeypatch)
    monkeypatch.setattr(database_module, "TABLE_SECONDS", 0.05)
    with empty.read() as connection:
        connection.execute(text("SELECT * FROM submissions"))
        with pytest.raises(Fault) as caught:
            empty.migrate()
    assert (caught.value.notice.cause, caught.value.notice.elsewhere) == ("database", True)
    assert revision(empty) == FIRST
    empty.migrate()
    assert revision(empty) == shipped()[-1]


def test_programs_that_open_a_new_store_at_once_all_succeed(empty_settings: Settings) -> None:
    started = [run(OPENS, empty_settings) for _ in range(4)]
    assert [process.wait() for process in started] == [0, 0, 0, 0]


def test_a_program_whose_tables_are_there_already_changes_nothing(
    empty: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty.migrate()
    monkeypatch.setattr(command, "upgrade", lambda *_: pytest.fail("migrated again"))
    empty.migrate()


@pytest.mark.parametrize("name", ["9999", "9999_since_9998"])
def test_tables_of_a_newer_program_that_this_one_can_not_use_are_refused(empty: Database, name: str) -> None:
    empty.migrate()
    stamp(empty, name)
    with pytest.raises(Fault) as caught:
        empty.migrate()
    assert (caught.value.notice.cause, caught.value.notice.detail) == ("database-newer", name)
    assert caught.value.notice.deterministic


def test_tables_that_a_newer_program_only_added_to_are_used_and_left_as_they_are(empty: Database) -> None:
    empty.migrate()
    newer = f"9999_since_{shipped()[-1].partition('_since_')[0]}"
    stamp(empty, newer)
    empty.migrate()
    assert revision(empty) == newer


def test_a_migration_usable_by_older_programs_names_one_that_can_use_those_before_it_as_well() -> None:
    earliest = ""
    for name in shipped():
        number, _, since = name.partition("_since_")
        assert earliest <= (since or number) <= number
        earliest = since or number
        assert len(name) <= 32  # the width of alembic's column
