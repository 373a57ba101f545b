"""`make image-check` reads a Dockerfile as a builder does; what it can't, it refuses."""

from pathlib import Path

import pytest

from deploy.imagecheck.build import Image, described
from deploy.imagecheck.context import Ignore, copy
from deploy.imagecheck.dockerfile import NotKnown, Stage, parse
from deploy.imagecheck.roots import CannotRun, suite_of
from deploy.imagecheck.trial import may_be_changed

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def stages() -> tuple[Stage, ...]:
    return parse((ROOT / "Dockerfile").read_text("utf-8"))


def image_of(stage: Stage) -> Image:
    image = Image()
    for step in stage.steps:
        if step.word not in ("ARG", "RUN", "COPY"):
            image = described(step, image, {})
    return image


def test_image_check_knows_every_instruction_of_the_dockerfile(stages: tuple[Stage, ...]) -> None:
    assert [stage.name for stage in stages] == ["builder", "1"]
    assert {step.word for stage in stages for step in stage.steps} >= {
        "RUN",
        "COPY",
        "ENV",
        "USER",
        "HEALTHCHECK",
        "CMD",
    }


def test_the_image_runs_our_command_as_nobody_special(stages: tuple[Stage, ...]) -> None:
    image = image_of(stages[-1])
    assert image.cmd == ("einvoice", "serve")
    assert image.user == "10001:10001"
    assert image.volumes == (image.env["EINVOICE_DATA_DIR"],)
    assert image.ports == (image.env["EINVOICE_PORT"],)
    assert image.env["PATH"].startswith("/opt/einvoice/bin:/usr/local/sbin:")
    assert compile(image.healthcheck[2], "HEALTHCHECK", "exec")


def test_the_image_gets_program_rules_and_samples_and_nothing_else() -> None:
    sent = set(Ignore.read(ROOT / ".dockerignore").kept(ROOT))
    assert {"pyproject.toml", "requirements/runtime.txt", "einvoice/settings.py"} <= sent
    assert {path.split("/")[0] for path in sent} == {
        "LICENSE", "README.md", "pyproject.toml", "requirements", "einvoice", "inbox", "schematron", "xsd",
    }  # fmt: skip
    assert {path.rpartition("/")[0] for path in sent if path.startswith("inbox")} == {"inbox/samples"}


@pytest.mark.parametrize(
    ("patterns", "path", "out"),
    [
        ("*\n!einvoice", "einvoice/cli/main.py", False),
        ("*\n!einvoice", "tests/conftest.py", True),
        ("*\n!einvoice\n**/*.pyc", "einvoice/cli/main.pyc", True),
        ("**/__pycache__", "__pycache__/x", True),
        ("docs/?.md", "docs/a.md", True),
        ("docs/*.md", "docs/adr/a.md", False),
        ("# a comment\n\ndata/", "data/einvoice.db", True),
    ],
)
def test_what_is_left_out_is_what_docker_leaves_out(tmp_path: Path, patterns: str, path: str, out: bool) -> None:
    (tmp_path / ".dockerignore").write_text(patterns)
    assert Ignore.read(tmp_path / ".dockerignore").leaves_out(path) is out


def test_an_instruction_over_several_lines_is_one() -> None:
    (stage,) = parse(
        'FROM debian:trixie AS base\n\n# says\nENV A=1 \\\n  # why\n    B="two words"\nCMD ["x", "\\\ny"]\n'
    )
    assert (stage.base, stage.name) == ("debian:trixie", "base")
    image = image_of(stage)
    assert (image.env["A"], image.env["B"], image.cmd) == ("1", "two words", ("x", "y"))


def test_what_a_stage_says_counts_from_there_on() -> None:
    (stage,) = parse(
        "FROM x\nENV HOME=/srv\nWORKDIR $HOME\nWORKDIR sub\nENV PATH=${HOME}/bin:$PATH LEVEL=${NONE:-low}\n"
    )
    image = image_of(stage)
    assert image.workdir == "/srv/sub"
    assert image.env["PATH"].startswith("/srv/bin:/usr/local/sbin")
    assert image.env["LEVEL"] == "low"


@pytest.mark.parametrize(
    "text",
    [
        "FROM x\nADD a /a",
        "FROM x\nRUN --mount=type=cache,target=/x make",
        "FROM x\nRUN <<END\nmake\nEND",
        "FROM --platform=linux/arm64 x",
        "FROM x\nCOPY --chown=1 a /a",
        "FROM x\nSHELL [\"bash\"]",
        "# escape=`\nFROM x",
        "ARG A=1\nFROM x",
    ],
)  # fmt: skip
def test_what_image_check_does_not_know_it_refuses(text: str) -> None:
    with pytest.raises(NotKnown, match=r"Dockerfile:\d"):
        parse(text)


@pytest.mark.parametrize(
    ("image", "suite"), [("debian:trixie-slim", "trixie"), ("docker.io/library/debian:sid", "sid")]
)
def test_a_debian_image_is_a_suite_of_debootstrap(image: str, suite: str) -> None:
    assert suite_of(image) == suite


def test_another_base_image_cannot_be_made_here() -> None:
    with pytest.raises(CannotRun, match="alpine"):
        suite_of("alpine:3")


def test_a_folder_is_copied_by_its_content_and_files_into_a_folder(tmp_path: Path) -> None:
    source, target = tmp_path / "context", tmp_path / "root"
    (source / "a").mkdir(parents=True)
    (source / "a/one.txt").write_text("1")
    (source / "two.txt").write_text("2")
    target.mkdir()
    copy(["a"], source, "/srv", target)
    copy(["two.txt"], source, "/srv/", target)
    copy(["*.txt"], source, "/opt/", target)
    copy(["two.txt"], source, "/etc/three.txt", target)
    assert sorted(path.relative_to(target).as_posix() for path in target.rglob("*.txt")) == [
        "etc/three.txt", "opt/two.txt", "srv/one.txt", "srv/two.txt",
    ]  # fmt: skip


def test_what_is_not_sent_cannot_be_copied(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="dockerignore"):
        copy(["secrets"], tmp_path, "/srv", tmp_path)


@pytest.mark.parametrize(
    ("mode", "other_owner", "changeable"),
    [(0o644, True, False), (0o666, True, True), (0o444, False, True)],
    ids=["somebody else's", "open to everybody", "its own"],
)
def test_a_program_its_user_could_change_is_found(
    tmp_path: Path, mode: int, other_owner: bool, changeable: bool
) -> None:
    program = tmp_path / "program"
    program.touch()
    program.chmod(mode)
    found = program.stat()
    assert may_be_changed(found, found.st_uid + 1 if other_owner else found.st_uid) is changeable


def test_a_folder_like_tmp_is_no_program(tmp_path: Path) -> None:
    (tmp_path / "tmp").mkdir()
    (tmp_path / "tmp").chmod(0o1777)
    found = (tmp_path / "tmp").stat()
    assert not may_be_changed(found, found.st_uid + 1)
