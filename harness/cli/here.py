"""``harness env`` and ``data list|get|verify``: the machine and the data sets at hand."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness import backends, environment
from harness.cli import options
from harness.cli.console import Output
from harness.cli.sheet import Sheet
from harness.cli.verbs import UncutHelp
from harness.datasets import catalogue
from harness.datasets.dataset import Roots

app = typer.Typer(
    cls=UncutHelp,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="List, get and verify data sets.",
)
Name = Annotated[
    str, typer.Argument(metavar="NAME", help="A data set; `harness data list` shows the names.")
]


def env(json_path: options.Json = "", no_color: options.NoColor = False) -> None:
    """Show the environment that records will carry, and which devices are here."""
    output = Output(no_color=no_color, json_path=json_path)
    snapshot = environment.snapshot()
    output.json({"schema": 1, **environment.to_json(snapshot)})
    here = {f"device {name}": reason or "present" for name, reason in backends.present().items()}
    rows = list({**snapshot.facts, **here}.items())
    output.out.print(Sheet(("fact", "value"), rows, snapshot.hardware))


@app.command("list")
def list_data(
    data: options.DataDir = None, json_path: options.Json = "", no_color: options.NoColor = False
) -> None:
    """List the data sets and whether each is here."""
    output = Output(no_color=no_color, json_path=json_path)
    rows = catalogue.listing(Roots.find(data))
    listed = [{"name": r.name, "present": r.present, "detail": r.detail} for r in rows]
    output.json({"schema": 1, "datasets": listed})
    here = [(row.name, "yes" if row.present else "no", row.detail) for row in rows]
    output.out.print(Sheet(("data set", "here", "detail"), here))


@app.command("get")
def get(
    name: Name,
    data: options.DataDir = None,
    source: Annotated[
        Path | None, typer.Option("--from", metavar="DIR", help="Use the archives in this folder.")
    ] = None,
) -> None:
    """Download a data set, or verify and unpack local archives; checksums are always checked."""
    output = Output()
    for line in catalogue.get(name, Roots.find(data), source=source):
        output.out.print(line)


@app.command("verify")
def verify(name: Name, data: options.DataDir = None) -> None:
    """Decode a data set afresh from its files and print its fingerprint."""
    dataset = catalogue.verify(name, Roots.find(data))
    facts = dataset.facts
    Output().out.print(
        f"{name}: {facts.n_train} training and {facts.n_test} test examples of shape "
        f"{facts.shape}, SHA-256 {dataset.used.fingerprint}",
        soft_wrap=True,
    )
