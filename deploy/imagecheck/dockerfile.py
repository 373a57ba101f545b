"""Reads a Dockerfile: stages and their steps. What it does not know it refuses, so that nothing is proven by chance.

Known is what our Dockerfile needs (Docker's "Dockerfile reference"); not here-documents, ADD, SHELL, ONBUILD, mounts.
"""

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

# What each instruction may have in front of its arguments.
FLAGS: Mapping[str, frozenset[str]] = {
    "FROM": frozenset(),
    "ARG": frozenset(),
    "ENV": frozenset(),
    "LABEL": frozenset(),
    "RUN": frozenset(),
    "COPY": frozenset({"from"}),
    "WORKDIR": frozenset(),
    "USER": frozenset(),
    "VOLUME": frozenset(),
    "EXPOSE": frozenset(),
    "STOPSIGNAL": frozenset(),
    "HEALTHCHECK": frozenset({"interval", "timeout", "start-period", "start-interval", "retries"}),
    "ENTRYPOINT": frozenset(),
    "CMD": frozenset(),
}
_FLAG = re.compile(r"--([a-z-]+)=(\S+)\s+")
_FROM = re.compile(r"(?P<base>\S+)(?:\s+AS\s+(?P<name>\S+))?", re.IGNORECASE)
_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)(?::-([^}]*))?\})")
_DIRECTIVE = re.compile(r"#\s*(escape|syntax)\s*=", re.IGNORECASE)


class NotKnown(Exception):
    """The Dockerfile has something that is not known here."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(f"Dockerfile:{line}: image-check does not know {what}; teach it, or write it otherwise")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One instruction."""

    line: int  # counted from 1
    word: str  # in upper case
    flags: Mapping[str, str]
    text: str  # the rest, on one line

    @property
    def title(self) -> str:
        """As a person recognises it."""
        return " ".join([self.word, *(f"--{name}={value}" for name, value in self.flags.items()), *self.text.split()])


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """From one FROM to the next."""

    base: str  # an image, or the name of an earlier stage
    name: str  # by which later stages copy from it; its number if it has none
    steps: tuple[Step, ...]


def parse(text: str) -> tuple[Stage, ...]:
    """All stages in order. Raises NotKnown."""
    stages: list[tuple[str, str, list[Step]]] = []
    for step in _steps(text):
        if step.word == "FROM":
            found = _FROM.fullmatch(step.text)
            if found is None:
                raise NotKnown(step.line, f"this FROM: {step.text}")
            stages.append((found["base"], found["name"] or str(len(stages)), []))
        elif not stages:
            raise NotKnown(step.line, f"{step.word} before the first FROM")
        else:
            stages[-1][2].append(step)
    return tuple(Stage(base=base, name=name, steps=tuple(steps)) for base, name, steps in stages)


def words(text: str) -> list[str]:
    """The arguments of an instruction: a JSON list, or words as a shell would split them."""
    return command(text) if text.startswith("[") else shlex.split(text)


def command(text: str, shell: tuple[str, ...] = ("/bin/sh", "-c")) -> list[str]:
    """What a RUN, CMD or ENTRYPOINT starts: a JSON list as it is, anything else by the shell."""
    if not text.startswith("["):
        return [*shell, text]
    found = json.loads(text)
    if not isinstance(found, list) or not all(isinstance(word, str) for word in found):
        raise ValueError(f"not a list of words: {text}")
    return found


def pairs(text: str) -> dict[str, str]:
    """The NAME=VALUE pairs of ENV, LABEL and ARG; an ARG without a value has none."""
    return dict(word.split("=", 1) for word in shlex.split(text) if "=" in word)


def expand(text: str, variables: Mapping[str, str]) -> str:
    """`$NAME`, `${NAME}` and `${NAME:-DEFAULT}`, as in all instructions but RUN, CMD and ENTRYPOINT."""
    return _VARIABLE.sub(lambda found: variables.get(found[1] or found[2]) or found[3] or "", text)


def _steps(text: str) -> Iterator[Step]:
    for line, instruction in _instructions(text.splitlines()):
        word, _, rest = instruction.strip().partition(" ")
        word, rest = word.upper(), rest.strip()
        if word not in FLAGS:
            raise NotKnown(line, word)
        if word in ("RUN", "COPY") and "<<" in rest:
            raise NotKnown(line, "here-documents")
        flags, rest = _flags(rest)
        for flag in flags.keys() - FLAGS[word]:
            raise NotKnown(line, f"{word} --{flag}")
        if rest.startswith("--"):
            raise NotKnown(line, f"{word} {rest.split()[0]}")
        yield Step(line=line, word=word, flags=flags, text=rest)


def _flags(text: str) -> tuple[dict[str, str], str]:
    flags = {}
    while found := _FLAG.match(text):
        flags[found[1]] = found[2]
        text = text[found.end() :]
    return flags, text


def _instructions(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Logical lines with the number of their first one: continued ones joined, comments and empty lines left out."""
    begun, text = 0, ""
    for number, line in enumerate(lines, 1):
        if line.lstrip().startswith("#") or not line.strip():
            if _DIRECTIVE.match(line):
                raise NotKnown(number, line.strip())
            continue
        begun = begun or number
        text += line.rstrip().removesuffix("\\")
        if not line.rstrip().endswith("\\"):
            yield begun, text
            begun, text = 0, ""
    if text:
        yield begun, text
