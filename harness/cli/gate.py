"""``harness gate`` and ``compare``: two revisions, or two implementations of a timing suite."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, cast, get_args

import typer

from harness.cli import gating, options
from harness.cli.console import Output
from harness.cli.history import open_history
from harness.datasets.dataset import Roots
from harness.errors import UsageError
from harness.gate.history import Baseline, History, record, rejection
from harness.gate.run import Project
from harness.gate.run import compare as measured
from harness.gate.selections import compare_selections, resolved, selection, side
from harness.gate.settings import GateSettings, override, read_settings
from harness.gate.sides.environments import Mode, Recipe
from harness.gate.sides.project import installable, lookup, pyproject
from harness.gate.sides.revisions import find_repository, resolve, working_tree
from harness.gate.values import GateResult, Revision
from harness.project import JOURNALS
from harness.words import plural, unknown
from harness.workspace.suites import open_workspace


def gate(
    base: Annotated[
        str,
        typer.Argument(metavar="BASE", help="Named baseline, or revision, to compare with."),
    ],
    head: Annotated[
        str | None,
        typer.Argument(
            metavar="HEAD", help="Revision that is judged; the working tree if none is named."
        ),
    ] = None,
    *,
    pytest: Annotated[
        list[str] | None,
        typer.Option(metavar="PATH", help="Files or folders of pytest-benchmark tests."),
    ] = None,
    suite: Annotated[list[str] | None, typer.Option(help="Timing suites, by id or path.")] = None,
    budget: gating.Budget = "",
    burst: Annotated[
        str, typer.Option(help="How long a process measures a benchmark at most [0.2s].")
    ] = "",
    margin: gating.Margin = "",
    tolerance: gating.Tolerance = "",
    threads: gating.Threads = 0,
    option: Annotated[
        list[str] | None, typer.Option(help="A further option of pytest, e.g. --option=-k=fast.")
    ] = None,
    env: Annotated[str, typer.Option(help="Environments to use: auto, build or current.")] = "auto",
    python: Annotated[Path | None, typer.Option(help="Python to build environments with.")] = None,
    install: Annotated[
        list[str] | None, typer.Option(help="An argument of pip install, e.g. '.[dev]'.")
    ] = None,
    constraints: Annotated[str, typer.Option(help="A constraints file of the tree.")] = "",
    profile: options.Profile = options.ProfileName.quick,
    use: options.Use = None,
    history: options.HistoryDir = options.HISTORY,
    results: gating.Journals = JOURNALS,
    force: gating.Fresh = False,
    strict: gating.Strict = False,
    json_path: options.Json = "",
    md: gating.Md = None,
    junit: gating.Junit = None,
    benchmark_json: gating.BenchmarkJson = None,
    bencher: gating.Bencher = None,
    quiet: options.Quiet = False,
    no_color: options.NoColor = False,
) -> None:
    """Measure two revisions in pairs, and say which benchmarks got slower.

    A result against a named baseline (`harness history --set`) is added to its history.
    """
    output = Output(quiet=quiet, no_color=no_color, json_path=json_path)
    repository = find_repository(Path.cwd())
    folder = _project(repository, pytest or [])
    given = {
        "budget": budget,
        "burst": burst,
        "threads": threads,
        "constraints": constraints,
        "options": option,
        "install": install,
        "margin": margin,
        "tolerance": tolerance,
        **_benchmarks(folder, pytest or [], suite or []),
    }
    settings = override(read_settings(folder), given)
    _need_benchmarks(settings)
    project = Project(
        repository=repository,
        inside=folder.relative_to(repository).as_posix(),
        recipe=Recipe(
            python=python or Path(sys.executable),
            install=settings.install or None,
            constraints=settings.constraints,
            mode=_mode(env),
        ),
        cache=Roots.find(None).cache / "gate",
        suite_options=gating.suite_options(profile.value, use or []),
    )
    opened = open_history(history, output)
    named = opened.baselines.get(base)
    session = gating.session(
        _base(repository, base, named),
        working_tree(repository) if head is None else resolve(repository, head),
        settings,
        results,
        fresh=force,
        output=output,
    )
    result = measured(session, project)
    files = {"md": md, "junit": junit, "benchmark-json": benchmark_json, "bencher": bencher}
    result = _remembered(result, opened, named)
    gating.report(result, output, strict=strict, files=files)


def compare(
    suite: Annotated[str, typer.Argument(metavar="SUITE", help="A timing suite, by id or path.")],
    base: Annotated[
        str,
        typer.Argument(metavar="A", help="Axis values of one side, e.g. implementation=no_loop."),
    ],
    head: Annotated[
        str, typer.Argument(metavar="B", help="Values of the same axes for the other side.")
    ],
    *,
    paired: Annotated[
        bool, typer.Option("--paired", help="Measure both now, in pairs of fresh processes.")
    ] = False,
    suites: options.SuitesDir = options.SUITES,
    profile: options.Profile = options.ProfileName.quick,
    use: options.Use = None,
    budget: gating.Budget = "",
    margin: gating.Margin = "",
    tolerance: gating.Tolerance = "",
    threads: gating.Threads = 0,
    results: gating.Journals = JOURNALS,
    force: gating.Fresh = False,
    strict: gating.Strict = False,
    json_path: options.Json = "",
    md: gating.Md = None,
    junit: gating.Junit = None,
    benchmark_json: gating.BenchmarkJson = None,
    bencher: gating.Bencher = None,
    quiet: options.Quiet = False,
    no_color: options.NoColor = False,
) -> None:
    """Say whether B is slower than A, by how much, and how sure that is.

    Every case that either side has in the suite is measured on both, where it can exist.
    """
    if not paired:
        raise UsageError(
            "compare must be given --paired: stored records of two sides were measured at "
            "different times and cannot be compared; add it to measure both now"
        )
    output = Output(quiet=quiet, no_color=no_color, json_path=json_path)
    wheres = selection(base), selection(head)
    for loaded in open_workspace([suite], suites).suites:
        wheres = resolved(loaded, wheres[0]), resolved(loaded, wheres[1])
    given = {
        "suites": [suite],
        "budget": budget,
        "margin": margin,
        "tolerance": tolerance,
        "threads": threads,
    }
    session = gating.session(
        side(suite, wheres[0]),
        side(suite, wheres[1]),
        override(GateSettings(), given),
        results,
        fresh=force,
        output=output,
    )
    folders = [word for folder in suites for word in ("--folder", str(folder))]
    more = (*folders, *gating.suite_options(profile.value, use or []))
    result = compare_selections(session, Path.cwd(), more, *wheres)
    files = {"md": md, "junit": junit, "benchmark-json": benchmark_json, "bencher": bencher}
    gating.report(result, output, strict=strict, files=files)


def _base(repository: Path, name: str, named: Baseline | None) -> Revision:
    """Return the base; a named baseline goes before a revision of the same name."""
    if named is None:
        return resolve(repository, name)
    return replace(resolve(repository, named.commit), label=f"baseline {name}")


def _remembered(result: GateResult, history: History, named: Baseline | None) -> GateResult:
    """Enter a result into the history of its named baseline; say so, or say why not."""
    if named is None or result.partial == "interrupted":
        return result
    note = rejection(named, result)
    if not note:
        points = record(history, named, result)
        note = f"{plural(len(points), 'point')} entered the history of {named.name}"
    return replace(result, notes=(*result.notes, note))


def _project(repository: Path, named: Sequence[str]) -> Path:
    """Return the folder of the project: the nearest one up from here that has a pyproject.toml.

    Where that is no project by itself, and has no settings of the gate, as at the top of a
    repository of several: the nearest one up from the benchmarks that are named.
    """
    here = _above(Path.cwd(), repository)
    if not named or installable(here) or lookup(pyproject(here), "tool.harness"):
        return here
    places = [str(Path.cwd() / path.partition("::")[0]) for path in named]
    there = _above(Path(os.path.commonpath(places)), repository)
    return there if there.is_relative_to(here) else here


def _above(place: Path, repository: Path) -> Path:
    """Return the nearest folder up from a place with a pyproject.toml, else the repository's."""
    place, top = place.resolve(), repository.resolve()
    for folder in (place, *place.parents):
        if folder == top or (folder.is_relative_to(top) and (folder / "pyproject.toml").exists()):
            return repository / folder.relative_to(top)
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


def _mode(name: str) -> Mode:
    for mode in get_args(Mode):
        if mode == name:
            return cast("Mode", mode)
    raise UsageError(f"--env {unknown('environment', name, get_args(Mode))}")
