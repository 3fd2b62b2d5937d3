"""``harness list``, of suites or parts, and ``check``: what there is, before anything runs."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import asdict, astuple, dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.cli import options, streams
from harness.cli.console import Output
from harness.cli.sheet import Sheet
from harness.errors import SuiteError
from harness.words import plural
from harness.workspace.overview import Outline, overview

if TYPE_CHECKING:
    from harness.experiments.probe import Probe


def list_suites(
    names: options.Names = None,
    *,
    suites: options.SuitesDir = options.SUITES,
    parts: Annotated[
        bool, typer.Option("--parts", help="The probes, kernels and measures suites can name.")
    ] = False,
    json_path: options.Json = "",
    no_color: options.NoColor = False,
) -> None:
    """List the suites, their cells and claims."""
    output = Output(no_color=no_color, json_path=json_path)
    if parts:
        _list_parts(output)
        return
    found = overview(names or [], suites).suites
    output.json({"schema": 1, "suites": [_listed(one) for one in found]})
    headings = ("suite", "title", "source", "tier", "cells quick", "cells full", "claims")
    output.out.print(Sheet(headings, [_row(one) for one in found]))


def _list_parts(output: Output) -> None:
    found = parts()
    output.json({"schema": 1, "parts": [asdict(part) for part in found]})
    headings = ("kind", "name", "what it does", "settings", "names")
    output.out.print(Sheet(headings, [astuple(part) for part in found]))


def _listed(one: Outline) -> dict[str, Any]:
    return {
        "id": one.id,
        "title": one.title,
        "tier": one.tier,
        "cells": {"quick": one.quick, "full": one.full},
        "claims": one.claims,
    }


def _row(one: Outline) -> tuple[str, ...]:
    cells = (str(one.quick), str(one.full))
    return (one.id, one.title, one.source, one.tier, *cells, str(len(one.claims)))


def check(
    names: options.Names = None,
    *,
    suites: options.SuitesDir = options.SUITES,
    schema: Annotated[bool, typer.Option(help="Print the JSON Schema for editors.")] = False,
    github: options.Github = False,
    json_path: options.Json = "",
    quiet: options.Quiet = False,
    no_color: options.NoColor = False,
) -> None:
    """Check suite files; every problem is named by file, line and key."""
    output = Output(quiet=quiet, no_color=no_color, json_path=json_path or ("-" if schema else ""))
    if schema:
        from harness.suite.schema import json_schema

        output.json(json_schema())
        return
    try:
        found = overview(names or [], suites, whole=True)
    except SuiteError as error:
        output.json({"schema": 1, "problems": [asdict(problem) for problem in error.problems]})
        if github:
            from harness.outlets import workflow

            streams.annotate(workflow.of_problems(error.problems))
        raise
    claims = sum(len(one.claims) for one in found.suites)
    checked = {"suites": len(found.suites), "claims": claims}
    output.json({"schema": 1, **checked, "problems": [], "notes": found.notes})
    for note in found.notes:
        output.err.print(f"note: {note}")
    counted = f"{plural(len(found.suites), 'suite')}, {plural(claims, 'claim')}"
    output.out.print(f"{counted}: no problem")


@dataclass(frozen=True)
class Part:
    """Something found by name.

    Attributes
    ----------
    kind, name : str
        ``"probe"``, ``"kernel"`` or ``"measure"``, and what suites call it.
    does : str
        In a few words.
    settings : str
        The keys of ``[params]`` it reads, or the variants it has.
    choices : str
        The names that such a key may take.
    """

    kind: str
    name: str
    does: str
    settings: str = ""
    choices: str = ""


def parts() -> list[Part]:
    """Return every probe, kernel and measure; loads them all."""
    return [*_probes(), *_kernels(), *_measures()]


def _probes() -> Iterator[Part]:
    from harness.experiments.probe import PROBES

    for name, probe in PROBES.items():
        settings = ", ".join(probe.params.model_fields)
        yield Part("probe", name, probe.does, settings, _choices(probe))


def _choices(probe: Probe) -> str:
    return "; ".join(f"{key}: {', '.join(sorted(names()))}" for key, names in probe.choices.items())


def _kernels() -> Iterator[Part]:
    from harness.experiments.timing.kernels import KERNELS

    for name, kernel in KERNELS.items():
        variants = "; ".join(f"{backend}: {', '.join(v)}" for backend, v in kernel.variants.items())
        settings = ", ".join(kernel.params.model_fields)
        yield Part("kernel", name, kernel.does, settings, variants)


def _measures() -> Iterator[Part]:
    from harness.experiments.train.measures import MEASURES

    for name in sorted(MEASURES):
        yield Part("measure", name, sentence_of(inspect.getdoc(MEASURES.get(name).run) or ""))


def sentence_of(docstring: str) -> str:
    """Return the first sentence or line of a docstring, without a full stop at its end."""
    return docstring.strip().partition("\n")[0].rstrip(".").replace("``", "")
