"""Master keys: the first wraps anew, all unwrap, and a change of them is noticed while the service runs."""

from pathlib import Path

import pytest

from einvoice.errors import Fault
from einvoice.sealing import MasterKeys, new_key, new_key_line, unwrap, wrap, wrapped_by
from einvoice.sealing.keylines import parse
from einvoice.settings import Settings

OWNER = "7"
OLD, NEW = (f"{name} {new_key_line().split()[1]}" for name in ("old", "new"))


class Source:
    """What the operator would change: the lines, or whether they can be read at all."""

    def __init__(self, *lines: str) -> None:
        self.lines: tuple[str, ...] | None = lines
        self.reads = 0

    def __call__(self) -> bytes:
        self.reads += 1
        if self.lines is None:
            raise Fault("key-missing", "away", elsewhere=True)
        return "\n".join(self.lines).encode()


class Seconds:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


def key_file(folder: Path, *lines: str) -> Path:
    path = folder / "master.keys"
    path.write_text("\n".join(lines))
    path.chmod(0o600)
    return path


def test_without_a_setting_nothing_is_sealed() -> None:
    assert MasterKeys.of(Settings(master_key_file=None, master_key_command="  ")) is None


def test_keys_come_from_a_file(tmp_path: Path) -> None:
    masters = MasterKeys.of(Settings(master_key_file=key_file(tmp_path, NEW, OLD)))
    assert masters is not None
    assert masters.names == ("new", "old")


def test_keys_come_from_a_command(tmp_path: Path) -> None:
    program = tmp_path / "keys.sh"
    program.write_text(f"#!/bin/sh\necho '{NEW}'\necho '{OLD}'\n")
    program.chmod(0o700)
    masters = MasterKeys.of(Settings(master_key_command=str(program)))
    assert masters is not None
    assert masters.names == ("new", "old")


def test_a_file_and_a_command_at_once_are_refused_with_the_names_of_both_settings(tmp_path: Path) -> None:
    settings = Settings(master_key_file=key_file(tmp_path, NEW), master_key_command="cat keys")
    with pytest.raises(Fault, match="EINVOICE_MASTER_KEY_FILE and EINVOICE_MASTER_KEY_COMMAND are both set"):
        MasterKeys.of(settings)


def test_what_master_keys_wrapped_they_unwrap() -> None:
    masters, key = MasterKeys(Source(OLD)), new_key("a1")
    assert masters.unwrap(masters.wrap(key, OWNER), "a1", OWNER) == key


def test_a_key_of_another_owner_or_name_is_damaged() -> None:
    masters = MasterKeys(Source(OLD))
    wrapped = masters.wrap(new_key("a1"), OWNER)
    for name, owner in (("a2", OWNER), ("a1", "intake")):
        with pytest.raises(Fault) as caught:
            masters.unwrap(wrapped, name, owner)
        assert caught.value.notice.cause == "sealed-damaged"


def test_the_old_master_key_still_unwraps_below_a_new_first_line() -> None:
    key = new_key("a1")
    wrapped = MasterKeys(Source(OLD)).wrap(key, OWNER)
    assert MasterKeys(Source(NEW, OLD)).unwrap(wrapped, "a1", OWNER) == key


def test_a_new_first_line_wraps_anew_without_a_restart() -> None:
    source = Source(OLD)
    masters = MasterKeys(source)
    source.lines = (NEW, OLD)
    assert wrapped_by(masters.wrap(new_key("a1"), OWNER)) == "new"


def test_a_key_wrapped_elsewhere_by_a_new_master_key_is_unwrapped_without_a_restart(seconds: Seconds) -> None:
    source, key = Source(OLD), new_key("a1")
    masters = MasterKeys(source, clock=seconds)
    source.lines = (NEW, OLD)
    seconds.now = 3600
    assert masters.unwrap(MasterKeys(Source(NEW, OLD)).wrap(key, OWNER), "a1", OWNER) == key


def test_a_missing_master_key_is_named_and_not_looked_for_without_a_pause(seconds: Seconds) -> None:
    source = Source(NEW)
    masters = MasterKeys(source, clock=seconds)
    wrapped = MasterKeys(Source(OLD)).wrap(new_key("a1"), OWNER)
    reads = []
    for now in (0.1, 0.9, 1.0, 1.1, 1.9, 2.0):
        seconds.now = now
        with pytest.raises(Fault) as caught:
            masters.unwrap(wrapped, "a1", OWNER)
        notice = caught.value.notice
        assert (notice.cause, notice.detail, notice.deterministic, notice.elsewhere) == (
            "key-missing", "old", False, True,
        )  # fmt: skip
        reads.append(source.reads)
    assert reads == [1, 1, 2, 2, 2, 3]


def test_known_keys_unwrap_while_the_source_is_away_but_nothing_is_wrapped_anew() -> None:
    source, key = Source(OLD), new_key("a1")
    masters = MasterKeys(source)
    wrapped = masters.wrap(key, OWNER)
    source.lines = None
    assert masters.unwrap(wrapped, "a1", OWNER) == key
    with pytest.raises(Fault, match="key-missing"):
        masters.wrap(key, OWNER)
    assert masters.names == ("old",)


def test_rotation_wraps_the_same_key_by_the_first_master_key() -> None:
    key = new_key("a1")
    masters = MasterKeys(Source(NEW, OLD))
    rotated = masters.rewrap(MasterKeys(Source(OLD)).wrap(key, OWNER), "a1", OWNER)
    assert MasterKeys(Source(NEW)).unwrap(rotated, "a1", OWNER) == key


def test_rotation_leaves_what_is_wrapped_by_the_first_master_key_as_it_is() -> None:
    masters = MasterKeys(Source(NEW, OLD))
    wrapped = masters.wrap(new_key("a1"), OWNER)
    assert masters.rewrap(wrapped, "a1", OWNER) == wrapped


def test_rotation_does_not_pass_over_a_damaged_key() -> None:
    masters = MasterKeys(Source(NEW, OLD))
    damaged = masters.wrap(new_key("a1"), OWNER)[:-1] + b"\0\0"
    with pytest.raises(Fault, match="sealed-damaged"):
        masters.rewrap(damaged, "a1", OWNER)


def test_rotating_the_key_of_an_authority_leaves_its_objects_readable() -> None:
    """Data keys are wrapped anew, sealed objects stay as they are; the same happens when an invoice is routed."""
    intake, authority, data_key = new_key("i1"), new_key("a1"), new_key("01hzzzzzzzzzzzzzzzzzzzzzzz")
    at_intake = wrap(data_key, intake, "intake")
    routed = wrap(unwrap(at_intake, intake, data_key.name, "intake"), authority, OWNER)
    assert unwrap(routed, authority, data_key.name, OWNER) == data_key


def test_nothing_printed_of_master_keys_shows_a_secret() -> None:
    masters = MasterKeys(Source(OLD))
    assert OLD.split()[1] not in f"{masters!r} {masters} {vars(masters)}"
    assert repr(parse(OLD.encode())[0].material.get_secret_value()) not in f"{vars(masters)}"
