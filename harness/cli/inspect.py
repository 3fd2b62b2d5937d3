"""``harness list`` and ``check``: what there is, before anything runs."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from harness.cli import options, show, streams
from harness.cli.console import Output
from harness.errors import SuiteError
from harness.outlets import workflow
from harness.plan.check import unsettled
from harness.plan.expand import Plans
from harness.suite.documents import is_document
from harness.suite.order import Tier
from harness.suite.schema import json_schema
from harness.words import plural
from harness.workspace import check_documents, check_labels, check_quotes, open_workspace


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
    workspace = open_workspace(names or [], suites)
    tiers = workspace.tiers
    listed = [_listed(plans, tiers[plans.suite.id]) for plans in workspace.plans]
    output.json({"schema": 1, "suites": listed})
    output.out.print(show.suites_table(workspace.plans, tiers))


def _list_parts(output: Output) -> None:
    from harness.cli.parts import parts  # here: it loads every probe, kernel and measure

    output.json({"schema": 1, "parts": [asdict(part) for part in parts()]})
    output.out.print(show.parts_table(parts()))


def _listed(plans: Plans, tier: Tier) -> dict[str, Any]:
    suite = plans.suite
    return {
        "id": suite.id,
        "title": suite.title,
        "tier": tier,
        "cells": {"quick": plans.quick.size, "full": plans.full.size},
        "claims": [claim.id for claim in suite.claims],
    }


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
        output.json(json_schema())
        return
    try:
        workspace = open_workspace(names or [], suites)
        check_labels(workspace)
        check_quotes(workspace)
        if not names and not any(map(is_document, suites)):
            check_documents(workspace)
    except SuiteError as error:
        output.json({"schema": 1, "problems": [asdict(problem) for problem in error.problems]})
        if github:
            streams.annotate(workflow.of_problems(error.problems))
        raise
    claims = sum(len(suite.claims) for suite in workspace.suites)
    checked = {"suites": len(workspace.suites), "claims": claims}
    notes = [str(note) for plans in workspace.plans for note in unsettled(plans)]
    output.json({"schema": 1, **checked, "problems": [], "notes": notes})
    for note in notes:
        output.err.print(f"note: {note}")
    counted = f"{plural(len(workspace.suites), 'suite')}, {plural(claims, 'claim')}"
    output.out.print(f"{counted}: no problem")
