"""Renderings of a gate result: pure functions from `GateResult` to text.

A new one is one function beside these and one entry in `RENDERERS`; the contract test in
``tests/gate/test_gate_render.py`` then holds it to what all of them promise.
"""

from __future__ import annotations

from typing import Protocol

from harness.gate.render import files, head, markdown
from harness.gate.values import GateResult
from harness.registry import Registry


class Renderer(Protocol):
    """Turns a result into the whole text of a file."""

    def __call__(self, result: GateResult, exit_code: int | None = None, /) -> str:
        """Return the text; `exit_code` is that of the command, where it is known."""
        ...


_BY_NAME: tuple[tuple[str, Renderer], ...] = (
    ("json", files.as_json),
    ("md", markdown.render),
    ("junit", files.as_junit),
    ("benchmark-json", head.benchmark_json),
    ("bencher", head.bencher),
)
RENDERERS: Registry[Renderer] = Registry("rendering", _BY_NAME)
"""By the name of the option of ``harness gate`` that asks for it."""
