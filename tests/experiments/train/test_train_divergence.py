"""Runs that leave the finite: where they stop, and what they say."""

from __future__ import annotations

import numpy as np
import pytest
from train_runs import BOTH, line_run, train_run

from harness.config.model import Model
from harness.datasets.dataset import Dataset
from harness.experiments.train import loop as train_loop


@pytest.mark.parametrize("backend", BOTH)
def test_divergence_is_recorded_and_stops(line: Dataset, backend: str) -> None:
    outcome = line_run(line, backend, lr=0.8)
    curve = outcome.series["train_loss"]
    assert outcome.diverged == f"train loss is inf at step {curve.x[-1]:.0f}"
    assert np.isinf(curve.y[-1])
    assert np.isfinite(curve.y[:-1]).all()
    assert outcome.metrics["first_inf"] == curve.x[-1] < 20
    assert "first_nan" not in outcome.metrics


@pytest.mark.parametrize("backend", BOTH)
def test_divergence_may_be_followed_to_nan(line: Dataset, backend: str) -> None:
    outcome = line_run(line, backend, lr=0.8, after_divergence="continue")
    curve = dict(zip(outcome.series["train_loss"].x, outcome.series["train_loss"].y, strict=True))
    assert len(curve) == 201
    assert curve[10] > 1e33
    assert outcome.metrics["first_inf"] < outcome.metrics["first_nan"]
    assert np.isnan(outcome.metrics["weight_0"])
    assert outcome.metrics["nan_weights"] == outcome.metrics["grew"] == 1


def test_epoch_points_of_a_diverging_run_name_the_epoch(digits: Dataset) -> None:
    # Raw pixels through two layers at a rate of 1e6 overflow within the first passes.
    outcome = train_run(
        digits,
        model=Model(hidden=(8,)),
        loss="multiclass_hinge",
        lr=1e6,
        l2=1.0,
        epochs=5,
        batch_size=700,
    )
    assert outcome.diverged.startswith("train loss is ")
    assert " at epoch " in outcome.diverged
    assert outcome.series["train_loss"].x[-1] <= 5
    assert not np.isfinite(outcome.metrics["train_loss"])


def test_weights_broken_by_the_last_update_are_a_divergence(line: Dataset) -> None:
    outcome = line_run(line, lr=1e38, epochs=1, log_every=0)
    assert np.isfinite(outcome.metrics["train_loss"])
    assert outcome.diverged == "weights hold inf or nan after the last step"


def test_losses_read_in_groups_stop_at_the_same_point(
    line: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_by_one = line_run(line, lr=0.8)
    original = train_loop._Losses.__init__

    def grouped(self, backend, device):  # type: ignore[no-untyped-def]
        original(self, backend, "cuda")

    monkeypatch.setattr(train_loop._Losses, "__init__", grouped)
    in_groups = line_run(line, lr=0.8)
    assert in_groups.series == one_by_one.series
    assert in_groups.diverged == one_by_one.diverged
