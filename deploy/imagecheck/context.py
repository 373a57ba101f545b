"""What is sent to the builder: the checkout without what `.dockerignore` names, and the copying of COPY."""

import re
import shutil
import stat
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Ignore:
    """The patterns of a `.dockerignore` in their order: the last one that fits decides.

    Syntax: Docker's "Build context", .dockerignore files: `*`, `?`, `**/`, `!` for an exception; a pattern that fits
    a folder fits all in it.
    """

    patterns: tuple[tuple[re.Pattern[str], str, bool], ...]  # compiled, as written, whether it is left out

    @classmethod
    def read(cls, path: Path) -> "Ignore":
        """The patterns of a file; without one, nothing is left out."""
        lines = path.read_text("utf-8").splitlines() if path.is_file() else []
        wanted = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
        return cls(tuple((_compiled(one.lstrip("!")), one.lstrip("!"), not one.startswith("!")) for one in wanted))

    def leaves_out(self, path: str) -> bool:
        """Whether a path, relative and with slashes, is not sent."""
        parts = path.split("/")
        ancestors = ["/".join(parts[: end + 1]) for end in range(len(parts))]
        out = False
        for pattern, _, leaves_out in self.patterns:
            if leaves_out != out and any(pattern.fullmatch(one) for one in ancestors):
                out = leaves_out
        return out

    def may_keep_below(self, folder: str) -> bool:
        """Whether an exception reaches into a folder that is left out itself."""
        return any(not out and (written.startswith((f"{folder}/", "**"))) for _, written, out in self.patterns)

    def kept(self, root: Path, folder: str = "") -> Iterator[str]:
        """Every file and link that is sent, relative to `root`."""
        for entry in sorted((root / folder).iterdir()):
            path = entry.relative_to(root).as_posix()
            is_folder = stat.S_ISDIR(entry.lstat().st_mode)
            out = self.leaves_out(path)
            if is_folder and (not out or self.may_keep_below(path)):
                yield from self.kept(root, path)
            elif not is_folder and not out:
                yield path


def send(checkout: Path, target: Path) -> int:
    """Lay the context out in `target`; the number of files."""
    count = 0
    for path in Ignore.read(checkout / ".dockerignore").kept(checkout):
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(checkout / path, target / path, follow_symlinks=False)
        count += 1
    return count


def copy(sources: list[str], source_root: Path, target: str, target_root: Path) -> None:
    """COPY: files, links, and the content of folders; all of it belongs to root afterwards.

    Raises FileNotFoundError where the builder would not find a source either.
    """
    goal = target_root / target.lstrip("/")
    found = [path for source in sources for path in _matching(source_root, source)]
    into_folder = target.endswith("/") or len(found) > 1 or any(path.is_dir() for path in found)
    (goal if into_folder else goal.parent).mkdir(parents=True, exist_ok=True)
    for path in found:
        what = f"{path}/." if path.is_dir() else str(path)
        command = ["/bin/cp", "--archive", "--no-preserve=ownership", what, str(goal)]
        subprocess.run(command, check=True)  # noqa: S603 - paths of the Dockerfile, as one word each


def _matching(root: Path, source: str) -> list[Path]:
    inside = source.strip("/") or "."
    found = sorted(root.glob(inside)) if re.search(r"[*?\[]", inside) else [root / inside]
    if not found or not all(path.exists() for path in found):
        raise FileNotFoundError(f"COPY: {source} is not there, or .dockerignore leaves it out")
    return found


def _compiled(pattern: str) -> re.Pattern[str]:
    """`**/` any number of folders, also none; `*` and `?` within one name."""
    made = ""
    for piece in re.split(r"(\*\*/|\*\*|\*|\?)", pattern.strip("/")):
        made += {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}.get(piece, re.escape(piece))
    return re.compile(made)
