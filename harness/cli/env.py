"""``harness env``: the machine at hand, as records will carry it."""

from __future__ import annotations

from harness import backends, environment
from harness.cli import options
from harness.cli.console import Output
from harness.cli.sheet import Sheet


def env(json_path: options.Json = "", no_color: options.NoColor = False) -> None:
    """Show the environment that records will carry, and which devices are here."""
    output = Output(no_color=no_color, json_path=json_path)
    snapshot = environment.snapshot()
    output.json({"schema": 1, **environment.to_json(snapshot)})
    here = {f"device {name}": reason or "present" for name, reason in backends.present().items()}
    rows = list({**snapshot.facts, **here}.items())
    output.out.print(Sheet(("fact", "value"), rows, snapshot.hardware))
