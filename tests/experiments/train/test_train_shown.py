"""Examples are scaled once for all networks that are evaluated on them."""

from __future__ import annotations

import numpy as np
import pytest

from harness.experiments.train import shown as module
from harness.experiments.train.shown import Shown


def test_a_block_is_made_once() -> None:
    shown, made = Shown(), []

    def make() -> np.ndarray:
        made.append(len(made))
        return np.full(2, len(made))

    first = shown.block("a", 8, make)
    assert shown.block("a", 8, make) is first
    assert shown.block("b", 8, make) is not first
    assert made == [0, 1]


def test_what_would_take_too_much_memory_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT_BYTES", 20)
    shown = Shown()
    kept, large = shown.block("a", 12, object), shown.block("b", 12, object)
    assert shown.block("b", 12, object) is not large
    assert shown.block("a", 12, object) is kept
    small = shown.block("c", 8, object)
    assert shown.block("c", 8, object) is small
