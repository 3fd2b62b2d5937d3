from dataclasses import replace

import numpy as np
import pytest
from experiment_fakes import FakeBackend, context, images

from harness.backends import get
from harness.config.experiments import Probe
from harness.config.settings import Settings
from harness.errors import HarnessError, Skip, UsageError
from harness.experiments.probe import experiment as probe
from harness.experiments.probe.documents.facts import registry
from harness.experiments.probe.documents.facts.scenario import Scenario
from harness.seeding.streams import Streams


def torch_backend():
    backend = get("torch")
    if reason := backend.absent("cpu"):
        pytest.skip(reason)
    return backend


def play(scenario, backend=None, streams=None, **params):
    data = images(n_train=40, classes=10, shape=(1, 28, 28))
    cell = context(
        data,
        backend or torch_backend(),
        probe=Probe(name="torch_facts"),
        params={"scenario": scenario, **params},
    )
    return probe.run(replace(cell, streams=streams or cell.streams)).metrics


@pytest.mark.parametrize("name", registry.scenarios())
def test_every_scenario_returns_what_it_declares_and_repeats_itself(name):
    first, again = play(name), play(name)
    assert first == again
    assert all(np.isfinite(value) for value in first.values())
    settings = Settings(probe=Probe(name="torch_facts"), params={"scenario": name})
    assert set(first) == probe.produces(settings)


@pytest.mark.parametrize(
    ("name", "metric"),
    [
        ("first_weights", "normal_mean"),
        ("init_formulas", "kaiming_over_formula"),
        ("variance_through_layer", "kaiming_linear"),
        ("default_scheme", "deviation_times_root_fan_in"),
    ],
)
def test_what_is_drawn_is_drawn_anew_in_every_repetition(name, metric):
    found = [play(name, streams=Streams("a-suite", seed))[metric] for seed in range(4)]
    assert len(set(found)) == 4


def test_scenarios_that_changed_what_they_draw_have_a_number_of_their_own():
    def revision(scenario):
        settings = Settings(probe=Probe(name="torch_facts"), params={"scenario": scenario})
        return probe.revision(settings)

    assert revision("first_weights") == 1
    assert revision("linear_shapes") == revision("no_such_scenario") == 0
    assert probe.revision(Settings(probe=Probe(name="layer"))) == 0


def test_other_backends_skip():
    with pytest.raises(Skip, match="cannot be seen with the fake backend"):
        play("linear_shapes", FakeBackend())


def test_unknown_scenarios_are_named():
    with pytest.raises(UsageError, match="linear_shapes"):
        play("linear_shape")


def test_a_scenario_that_returns_something_else_is_an_error(monkeypatch):
    monkeypatch.setattr(registry, "get", lambda _: Scenario(("a",), lambda _: {"b": 1.0}))
    with pytest.raises(HarnessError, match="must return the metrics it declares"):
        play("anything")


def test_sizes_are_those_asked_for():
    found = play("linear_shapes", rows=7, inputs=5, outputs=3)
    assert (found["weight_rows"], found["weight_columns"]) == (3, 5)
    assert (found["output_rows"], found["output_columns"], found["output_numel"]) == (7, 3, 21)
    assert found["parameter_count"] == 5 * 3 + 3
