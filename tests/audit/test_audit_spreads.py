"""Metrics of two machines: of one distribution, or told apart."""

import json
from dataclasses import replace

import numpy as np
import pytest

from harness.audit.machines import FALSE_ALARM, spreads


def pairs(record, a, b):
    return [
        tuple(replace(record, seed=seed, metrics={"accuracy": float(v)}) for v in values)
        for seed, values in enumerate(zip(a, b, strict=True))
    ]


def test_equal_machines_are_told_apart_no_more_often_than_is_said(record):
    rng = np.random.default_rng(0)
    told, rounds = 0, 2_000
    for _ in range(rounds):
        (found,) = spreads(pairs(record, rng.normal(0, 1, 5), rng.normal(0, 1, 5)), ())
        told += not found.within
    assert told <= rounds * FALSE_ALARM + 3 * (rounds * FALSE_ALARM) ** 0.5


def test_another_mean_is_told(record):
    rng = np.random.default_rng(0)
    (found,) = spreads(pairs(record, rng.normal(0.9, 0.01, 8), rng.normal(0.8, 0.01, 8)), ())
    assert not found.within
    assert found.seeds == (8, 8)
    assert found.to_json()["within"] is False


def test_what_does_not_vary_may_differ_by_rounding_alone(record):
    (near,) = spreads(pairs(record, [2.0, 2.0], [2.00001, 2.00001]), ())
    (far,) = spreads(pairs(record, [2.0, 2.0], [2.001, 2.001]), ())
    assert near.within
    assert not far.within


def test_one_seed_and_times_have_no_spread(record):
    assert spreads(pairs(record, [1.0], [2.0]), ()) == ()
    assert spreads(pairs(record, [1.0, 2.0], [2.0, 3.0]), [record.case]) == ()
    timed = [
        tuple(replace(r, samples={"accuracy": ()}) for r in p) for p in pairs(record, "12", "34")
    ]
    assert spreads(timed, ()) == ()


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ([np.inf], [np.nan]),
        ([np.inf, np.inf], [np.nan, np.nan]),
        ([np.inf, 1.0], [-np.inf, 1.0]),
        ([1.0, 2.0, 3.0], [1.0, 2.0, np.nan]),
        ([1.0, np.inf], [np.inf, 1.0]),
    ],
)
def test_inf_or_nan_on_one_machine_alone_differs(record, a, b):
    for one, other in ((a, b), (b, a)):
        (found,) = spreads(pairs(record, one, other), ())
        assert not found.within
        json.dumps(found.to_json(), allow_nan=False)


def test_the_same_inf_and_nan_on_both_machines_leave_the_other_seeds_to_compare(record):
    ended = [np.inf, -np.inf, np.nan]
    assert spreads(pairs(record, ended, ended), ()) == ()
    assert spreads(pairs(record, [*ended, 1.0], [*ended, 2.0]), ()) == ()
    (found,) = spreads(pairs(record, [*ended, 2.0, 2.0], [*ended, 3.0, 3.0]), ())
    assert (found.within, found.seeds, found.means) == (False, (2, 2), (2.0, 3.0))
