"""Learning-rate schedules against torch's own schedulers."""

from __future__ import annotations

import numpy as np
import pytest

from harness.config.train import Optimizer, Train
from harness.experiments.train.loop import SCHEDULES, schedule

torch = pytest.importorskip("torch")


def _train(**settings) -> Train:  # type: ignore[no-untyped-def]
    return Train(loss="mse", **{"lr": 0.4, "steps": 1, **settings})


def _rates(scheduler, optimizer, steps: int) -> list[float]:  # type: ignore[no-untyped-def]
    found = []
    for _ in range(steps):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return found


@pytest.mark.parametrize("total", [1, 2, 3, 4, 10, 37, 1000])
def test_one_cycle_is_torchs(total: int) -> None:
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=0.4, total_steps=total, cycle_momentum=False
    )
    rate = schedule(_train(schedule="one_cycle"), total, 5)
    assert rate is not None
    ours = [rate(step) for step in range(total)]
    np.testing.assert_allclose(ours, _rates(scheduler, optimizer, total), rtol=1e-12)


def test_decay_per_epoch_is_torchs_exponential() -> None:
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.4)
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.9)
    rate = schedule(_train(lr_decay=0.9), 40, 4)
    assert rate is not None
    ours = [rate(step) for step in range(0, 40, 4)]
    np.testing.assert_allclose(ours, _rates(scheduler, optimizer, 10), rtol=1e-12)
    assert rate(0) == rate(3) != rate(4)


def test_both_multiply() -> None:
    train = _train(lr_decay=0.5, schedule="one_cycle", lr=None, optimizer=Optimizer(lr=0.4))
    cycle, both = schedule(_train(schedule="one_cycle"), 20, 5), schedule(train, 20, 5)
    assert cycle is not None
    assert both is not None
    assert both(12) == pytest.approx(cycle(12) / 4, rel=1e-12)


def test_a_rate_that_never_changes_is_nothing_to_set() -> None:
    assert schedule(_train(), 10, 5) is None


def test_the_table_has_every_schedule_of_the_schema() -> None:
    assert set(SCHEDULES) == set(Train.model_fields["schedule"].annotation.__args__)
