"""Spikes and last quarters of losses written down by hand."""

from types import SimpleNamespace

import numpy as np
import pytest

from harness.experiments.train.history import History
from harness.experiments.train.measures.dynamics import late_loss, spike


def trained(*losses, log_every=1):
    history = History(np.array(losses), 2, log_every, None, "")
    return SimpleNamespace(history=history)


def test_the_steepest_rise_is_the_spike():
    found = spike(trained(2.3, 1.2, 1.4, 0.8, 1.9, 0.1))
    assert found == {"spiked": 1, "spike_from": 0.8, "spike_to": 1.9, "spike_at": 4}


def test_a_spike_is_seen_where_the_curve_is_logged():
    found = spike(trained(2.0, 9.0, 1.0, 9.0, 1.5, 9.0, log_every=2))
    assert found == {"spiked": 1, "spike_from": 1.0, "spike_to": 1.5, "spike_at": 4}


@pytest.mark.parametrize("losses", [(2.0, 1.0, 0.5), (2.0, 1.0, 1.19, 0.5), (1.0, 1.0)])
def test_a_small_rise_is_no_spike(losses):
    assert spike(trained(*losses)) == {"spiked": 0}


@pytest.mark.parametrize("losses", [(2.0,), (2.0, np.inf), (np.nan, 2.0)])
def test_what_has_no_curve_has_no_spike(losses):
    assert spike(trained(*losses)) == {}


def test_the_last_quarter_is_that_of_the_steps():
    found = late_loss(trained(9, 9, 9, 9, 9, 9, 1.0, 4.0, log_every=0))
    assert found == {"late_lowest": 1, "late_mean": 2.5, "late_highest": 4}
    assert late_loss(trained(7.0))["late_mean"] == 7
