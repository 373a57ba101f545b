"""Builds an image's stages, step by step, each in a root of its own."""

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from deploy.imagecheck import context, roots
from deploy.imagecheck.chroot import As, Bind, Root
from deploy.imagecheck.dockerfile import Stage, Step, command, expand, pairs, words
from deploy.imagecheck.machine import INSIDE, Machine

# What a container's processes find before any ENV.
_BASE = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}

Tell = Callable[[str, float], None]  # what was done, in how many seconds


class BuildFailed(Exception):
    """A step of the Dockerfile failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """What a stage says about running it; as `docker inspect` shows it."""

    env: Mapping[str, str] = field(default_factory=lambda: dict(_BASE))
    user: str = "root"
    workdir: str = "/"
    entrypoint: tuple[str, ...] = ()
    cmd: tuple[str, ...] = ()
    healthcheck: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    ports: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    stop_signal: str = "SIGTERM"


@dataclass(slots=True, kw_only=True)
class Builder:
    """Everything the steps need."""

    checkout: Path
    work: Path  # of this run alone
    cache: Path
    machine: Machine
    log: Path
    tell: Tell
    arguments: Mapping[str, str] = field(default_factory=dict)  # --build-arg
    _done: dict[str, tuple[Root, Image]] = field(default_factory=dict)

    def build(self, stages: tuple[Stage, ...]) -> tuple[Root, Image]:
        """The last stage's root and image. Raises BuildFailed, CannotRun, FileNotFoundError."""
        began = time.monotonic()
        sent = context.send(self.checkout, self.work / "context")
        self.tell(f"context: {sent} files", time.monotonic() - began)
        for number, stage in enumerate(stages):
            found = self._stage(stage, self.work / f"stage-{number}")
            self._done |= {stage.name: found, str(number): found}
        return found

    def _stage(self, stage: Stage, path: Path) -> tuple[Root, Image]:
        began = time.monotonic()
        earlier, image = self._done.get(stage.base, (None, Image()))
        made = False
        if earlier is None:
            bare, made = roots.bare_root(stage.base, self.cache, self.log)
            earlier = Root(bare)
        roots.copy_root(earlier.path, path)
        told = f"{path.name}: FROM {stage.base}{', made by debootstrap' if made else ''}"
        self.tell(told, time.monotonic() - began)
        root = Root(path)
        given: dict[str, str] = {}
        for step in stage.steps:
            began = time.monotonic()
            if step.word == "ARG":
                given |= self._argument(step)
            elif step.word == "RUN":
                self._run(step, root, image, given)
            elif step.word == "COPY":
                self._copy(step, root, image, given)
            else:
                image = described(step, image, given)
                if step.word == "WORKDIR":
                    root.inside(image.workdir).mkdir(parents=True, exist_ok=True)
            if step.word in ("RUN", "COPY"):
                self.tell(f"{path.name}: {step.title}", time.monotonic() - began)
        return root, image

    def _argument(self, step: Step) -> dict[str, str]:
        name = step.text.partition("=")[0]
        default = pairs(step.text)
        return {name: self.arguments[name]} if name in self.arguments else default

    def _run(self, step: Step, root: Root, image: Image, given: Mapping[str, str]) -> None:
        env = {**self.machine.environment, **given, **image.env}
        binds = [Bind(source=self.machine.folder, inside=INSIDE)]
        binds += [Bind(source=folder, inside=str(folder)) for folder in self.machine.binds]
        with root.mounted(binds), self.log.open("ab") as log:
            code = root.start(command(step.text), As(user=image.user, cwd=image.workdir, env=env), log).wait()
        if code:
            raise BuildFailed(f"Dockerfile:{step.line}: {step.title[:100]} … ended with {code}; its output is below")

    def _copy(self, step: Step, root: Root, image: Image, given: Mapping[str, str]) -> None:
        *sources, target = words(expand(step.text, {**given, **image.env}))
        origin = step.flags.get("from")
        source_root = self._done[origin][0].path if origin else self.work / "context"
        context.copy(sources, source_root, os.path.join(image.workdir, target), root.path)


def described(step: Step, image: Image, given: Mapping[str, str]) -> Image:
    """The image after a step that only says something about it."""
    if step.word == "HEALTHCHECK":
        kind, _, test = step.text.partition(" ")
        return replace(image, healthcheck=tuple(command(test.strip())) if kind == "CMD" else ())
    text = expand(step.text, {**given, **image.env})
    match step.word:
        case "ENTRYPOINT":
            return replace(image, entrypoint=tuple(command(step.text)))
        case "CMD":
            return replace(image, cmd=tuple(command(step.text)))
        case "ENV":
            return replace(image, env={**image.env, **pairs(text)})
        case "LABEL":
            return replace(image, labels={**image.labels, **pairs(text)})
        case "USER":
            return replace(image, user=text)
        case "WORKDIR":
            return replace(image, workdir=os.path.join(image.workdir, text))
        case "VOLUME":
            return replace(image, volumes=(*image.volumes, *words(text)))
        case "EXPOSE":
            return replace(image, ports=(*image.ports, *words(text)))
        case _:  # STOPSIGNAL
            return replace(image, stop_signal=text)
