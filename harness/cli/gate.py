"""``harness gate``: compare two revisions, and say which got slower."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, cast, get_args

import typer

from harness.cli import codes, options
from harness.cli.console import Output
from harness.cli.gate_show import gate_table
from harness.datasets.roots import Roots
from harness.errors import UsageError
from harness.gate.environments import Mode, Recipe
from harness.gate.render import RENDERERS
from harness.gate.revisions import find_repository, resolve, working_tree
from harness.gate.run import Request, compare
from harness.gate.settings import GateSettings, override, read_settings
from harness.gate.trials import Trials
from harness.gate.values import SIDES, GateResult, Revision
from harness.words import plural, unknown

FOLDER = Path(".harness")
"""Where a project keeps what the gate leaves; git is told to ignore it."""

EVERY = 10.0
"""Seconds between two lines of progress."""

Out = Annotated[Path | None, typer.Option(metavar="PATH")]


def gate(
    base: Annotated[str, typer.Argument(help="Revision, or named baseline, to compare with.")],
    head: Annotated[
        str | None, typer.Argument(help="Revision that is judged; the working tree if none.")
    ] = None,
    *,
    pytest: Annotated[
        list[str] | None, typer.Option(metavar="PATH", help="pytest-benchmark tests.")
    ] = None,
    suite: Annotated[list[str] | None, typer.Option(help="Timing suites, by id or path.")] = None,
    budget: Annotated[str, typer.Option(help="Time the whole run may take [10m].")] = "",
    burst: Annotated[str, typer.Option(help="Time a process measures a case [0.1s].")] = "",
    margin: Annotated[str, typer.Option(help="Slow-down not worth a report [1%].")] = "",
    tolerance: Annotated[str, typer.Option(help="Slow-down that ok rules out [5%].")] = "",
    threads: Annotated[int, typer.Option(min=0, help="Threads of libraries [1].")] = 0,
    option: Annotated[
        list[str] | None, typer.Option(help="A further option of pytest, e.g. --option=-k=fast.")
    ] = None,
    env: Annotated[str, typer.Option(help="auto, build or current environments.")] = "auto",
    python: Annotated[Path | None, typer.Option(help="Interpreter of environments.")] = None,
    install: Annotated[
        list[str] | None, typer.Option(help="An argument of pip install, e.g. '.[dev]'.")
    ] = None,
    constraints: Annotated[str, typer.Option(help="A constraints file of the tree.")] = "",
    profile: options.Profile = options.ProfileName.quick,
    use: options.Use = None,
    results: Annotated[Path, typer.Option(metavar="DIR", help="Folder of journals.")] = FOLDER,
    force: Annotated[bool, typer.Option(help="Begin anew after an interrupted run.")] = False,
    strict: Annotated[bool, typer.Option(help="Exit 6 when a case is inconclusive.")] = False,
    json_path: options.Json = "",
    md: Out = None,
    junit: Out = None,
    benchmark_json: Out = None,
    bencher: Out = None,
    quiet: options.Quiet = False,
    no_color: options.NoColor = False,
) -> None:
    """Measure two revisions in pairs, and say which benchmarks got slower."""
    output = Output(quiet=quiet, no_color=no_color, json_path=json_path)
    repository = find_repository(Path.cwd())
    project = _project(repository)
    own = override(
        read_settings(project),
        {
            "budget": budget,
            "burst": burst,
            "threads": threads,
            "constraints": constraints,
            "options": option,
            "install": install,
            "margin": margin,
            "tolerance": tolerance,
            **_benchmarks(project, pytest or [], suite or []),
        },
    )
    _need_benchmarks(own)
    recipe = Recipe(
        python=python or Path(sys.executable),
        install=own.install or None,
        constraints=own.constraints,
        mode=_mode(env),
    )
    request = Request(
        repository=repository,
        inside=project.relative_to(repository).as_posix(),
        settings=own,
        recipe=recipe,
        cache=Roots.find(None).cache / "gate",
        journals=kept(results) / "gate",
        fresh=force,
        suite_options=dict.fromkeys(SIDES, suite_options(profile.value, use or [])),
        tell=lambda text: output.err.print(text, markup=False, highlight=False),
        progress=Progress(output),
    )
    files = {"md": md, "junit": junit, "benchmark-json": benchmark_json, "bencher": bencher}
    with terminable():
        result = compare(resolve(repository, base), _head(repository, head), request)
    report(result, output, strict=strict, files=files)


def report(
    result: GateResult, output: Output, *, strict: bool, files: Mapping[str, Path | None]
) -> None:
    """Print a result, write it where it was asked for, and exit with its code."""
    code = codes.of_gate(result, strict=strict)
    if result.partial == "interrupted":
        code = codes.INTERRUPTED
    output.out.print(gate_table(result))
    for note in result.notes:
        output.out.print(note, markup=False, highlight=False)
    for name, path in files.items():
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(RENDERERS[name](result, code), encoding="utf-8")
    output.text(RENDERERS["json"](result, code))
    raise typer.Exit(code)


class Progress:
    """Says, a line at a time and not too often, how far a run has come."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._began = self._said = time.monotonic()

    def __call__(self, trials: Trials) -> None:
        """Take the state after a round."""
        now = time.monotonic()
        if trials.open and now - self._said < EVERY:
            return
        self._said = now
        rounds = 1 + max(pair.index for pair in trials.pairs)
        left = f"{plural(len(trials.open), 'case')} open" if trials.open else "all settled"
        text = f"{plural(rounds, 'round')}, {left}, {now - self._began:.0f} s"
        self._output.err.print(text, markup=False, highlight=False)


@contextlib.contextmanager
def terminable() -> Iterator[None]:
    """Let a polite request to end do what Ctrl-C does: keep and label what was measured."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def kept(folder: Path) -> Path:
    """Return the folder for what the gate leaves, made so that git does not see it."""
    folder.mkdir(parents=True, exist_ok=True)
    ignore = folder / ".gitignore"
    if folder == FOLDER and not ignore.exists():
        ignore.write_text("*\n", encoding="utf-8")
    return folder


def suite_options(profile: str, use: Sequence[str]) -> tuple[str, ...]:
    """Return the arguments of the agent for suites."""
    pairs = tuple(part for pair in use for part in ("--use", pair))
    return ("--profile", profile, *pairs)


def _project(repository: Path) -> Path:
    """Return the folder of the project: the nearest one up from here that has a pyproject.toml."""
    here = Path.cwd().resolve()
    for folder in (here, *here.parents):
        if (folder / "pyproject.toml").exists() or folder == repository.resolve():
            return repository / folder.relative_to(repository.resolve())
    return repository


def _benchmarks(project: Path, pytest: Sequence[str], suites: Sequence[str]) -> dict[str, Any]:
    """Return the benchmarks named on the command line; the project's own if there are none."""
    if not pytest and not suites:
        return {}
    inside = [os.path.relpath(Path.cwd() / path, project) for path in pytest]
    return {"pytest": inside, "suites": suites, "only": True}


def _need_benchmarks(settings: GateSettings) -> None:
    if not settings.pytest and not settings.suites:
        raise UsageError(
            "the benchmarks to compare must be named, got none; give --pytest PATH or --suite "
            "NAME, or set pytest = [...] in [tool.harness.gate] of pyproject.toml"
        )


def _head(repository: Path, name: str | None) -> Revision:
    return working_tree(repository) if name is None else resolve(repository, name)


def _mode(name: str) -> Mode:
    for mode in get_args(Mode):
        if mode == name:
            return cast("Mode", mode)
    raise UsageError(f"--env {unknown('environment', name, get_args(Mode))}")
