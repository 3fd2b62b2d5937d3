"""Losses of steps to the points of a curve, and when a run diverged."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.experiments.train.history import History, curve, divergence, first

NAN, INF = float("nan"), float("inf")


def _history(losses, per_epoch=1, log_every=0, after=None) -> History:
    return History(np.array(losses, dtype=np.float64), per_epoch, log_every, after, "")


@given(st.integers(1, 40), st.integers(1, 9), st.integers(0, 9))
def test_points_stand_where_the_schedule_puts_them(steps: int, per_epoch: int, every: int) -> None:
    series = curve(_history(np.arange(steps), per_epoch, every))
    if every:
        assert list(series.x) == list(series.y) == list(range(0, steps, every))
    else:
        chunks = [range(steps)[i : i + per_epoch] for i in range(0, steps, per_epoch)]
        assert list(series.x) == list(range(1, len(chunks) + 1))
        np.testing.assert_allclose(series.y, [np.mean(chunk) for chunk in chunks])


def test_a_full_batch_curve_is_closed_by_the_loss_after_the_last_update() -> None:
    series = curve(_history([5, 4, 3, 2], log_every=3, after=1.0))
    assert (list(series.x), list(series.y)) == ([0, 3, 4], [5, 2, 1])


def test_a_stopped_curve_ends_in_the_loss_it_was_stopped_for() -> None:
    series = curve(_history([5, 4, INF], log_every=10))
    assert (list(series.x), list(series.y)) == ([0, 2], [5, INF])


@pytest.mark.parametrize(
    ("losses", "reason"),
    [
        ([1, 2, 3, 4], ""),
        ([1, 2, 3, INF, NAN], "train loss is inf at epoch 2"),
        ([1, NAN, INF], "train loss is nan at epoch 1"),
    ],
)
def test_divergence_names_the_first_loss_that_is_not_finite(losses: list, reason: str) -> None:
    history = _history(losses, per_epoch=3)
    assert divergence(history) == reason
    assert (first(history, "inf") is None) == (INF not in losses)


def test_the_loss_after_the_last_update_counts() -> None:
    history = _history([1, 2], log_every=1, after=NAN)
    assert first(history, "nan") == 2
    assert divergence(history) == "train loss is nan at step 2"


def test_a_diverged_epoch_has_no_finite_mean() -> None:
    assert curve(_history([1, INF, 2, 1e308, 1e308, 1e308], per_epoch=3)).y[0] == INF
