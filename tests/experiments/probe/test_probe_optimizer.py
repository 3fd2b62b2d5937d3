import numpy as np
import pytest
from experiment_fakes import context

from harness.backends import get
from harness.config.experiments import Probe
from harness.config.train import Optimizer, Train
from harness.errors import UsageError
from harness.experiments import probe
from harness.experiments.probe.optimizer.surface import Driven, Surface

BACKENDS = ["numpy", "torch"]
GRADIENTS = [0.3, -2.0, 5.0, 0.1, 0.1, 100.0, -0.01]
RULES = {
    "sgd": {"name": "sgd"},
    "momentum": {"name": "sgd", "momentum": 0.9, "dampening": 0.1},
    "adam": {"name": "adam"},
}


def train(lr=0.1, steps=None, **optimizer):
    rule = Optimizer(lr=lr, **(optimizer or {"name": "sgd"}))
    return Train(loss="mse", optimizer=rule, steps=steps, dtype="float64")


def cell(backend, table, **params):
    found = get(backend)
    if reason := found.absent("cpu"):
        pytest.skip(reason)
    one = Probe(name="optimizer")
    return context(None, found, data=None, probe=one, train=table, params=params)


def reference(rule, lr):
    """The updates of torch's own optimizers on one number, without a network."""
    torch = pytest.importorskip("torch")
    w = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    make = torch.optim.Adam if rule["name"] == "adam" else torch.optim.SGD
    optimizer = make([w], lr=lr, **{key: rule[key] for key in rule if key != "name"})
    steps = []
    for g in GRADIENTS:
        before = w.item()
        w.grad = torch.full_like(w, g)
        optimizer.step()
        steps.append((before - w.item()) / lr)
    return steps


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("rule", RULES)
def test_steps_against_the_optimizers_of_torch(backend, rule):
    one = cell(backend, train(**RULES[rule]), gradients={"values": GRADIENTS})
    outcome = probe.run(one)
    expected = reference(RULES[rule], 0.1)
    assert outcome.series["step"].y == pytest.approx(expected, rel=1e-9, abs=1e-12)
    assert outcome.metrics["last_step"] == pytest.approx(expected[-1], rel=1e-9, abs=1e-12)
    assert {*outcome.metrics, *outcome.series} <= probe.produces(one.settings)


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_network_gets_the_gradient_it_is_asked_for(backend):
    driven = Driven(cell(backend, train(lr=1.0)), train(lr=1.0), [3.0, -1.0, 0.5])
    wanted = np.array([0.25, -7.0, 1e-3])
    assert driven.step(wanted) == pytest.approx(-wanted, abs=1e-14)


def test_values_ramp_runs_and_random_follow_each_other_scaled():
    gradients = {"values": [7], "ramp": 2, "runs": [[3, 2]], "random": 1, "scale": 10}
    # A step of SGD over the learning rate is the gradient.
    found = probe.run(cell("numpy", train(), gradients=gradients)).series["step"].y
    assert found[:5] == pytest.approx([70, 10, 20, 30, 30])
    assert len(found) == 6


def test_a_long_sequence_is_thinned_but_for_its_end():
    series = probe.run(cell("numpy", train(), gradients={"runs": [[1, 5000]]})).series["step"]
    assert len(series.x) <= 20
    assert series.x[0] == 1
    assert series.x[-5:] == list(range(4996, 5001))


def test_adam_without_bias_correction_by_hand():
    metrics = probe.run(cell("numpy", train(name="adam"), gradients={"values": [2.0, 2.0]})).metrics
    m, v = 0.9 * 0.2 + 0.2, 0.999 * 0.004 + 0.004
    assert metrics["uncorrected_last"] == pytest.approx(m / np.sqrt(v), rel=1e-6)


@pytest.mark.parametrize("backend", BACKENDS)
def test_descent_of_a_bowl_in_closed_form(backend):
    surface = {"start": [1.0, 2.0], "curvatures": [15.0, 1.0]}
    metrics = probe.run(cell(backend, train(steps=20), surface=surface)).metrics
    assert metrics["final_0"] == pytest.approx((1 - 1.5) ** 20, rel=1e-9)
    assert metrics["final_1"] == pytest.approx(2 * 0.9**20, rel=1e-9)
    assert (metrics["reversals_0"], metrics["reversals_1"]) == (19, 0)
    assert metrics["moved_1"] == pytest.approx(metrics["distance_1"])
    assert metrics["rose"] == 0


def test_a_straight_way_is_no_detour_and_a_zigzag_is():
    straight = {"start": [1.0, 1.0], "curvatures": [1.0, 1.0]}
    zigzag = {"start": [1.0, 1.0], "curvatures": [19.0, 1.0]}
    detours = [
        probe.run(cell("numpy", train(steps=50), surface=surface)).metrics["path_over_distance"]
        for surface in (straight, zigzag)
    ]
    assert detours[0] == pytest.approx(1)
    assert detours[1] > 10


def test_the_gradient_of_a_surface_against_differences():
    surface = Surface(start=(0.0, 0.0), curvatures=(3.0, -1.0), height=0.7, frequency=2.5)
    w, h = np.array([0.4, -1.3]), 1e-6
    slopes = [(surface.value(w + h * e) - surface.value(w - h * e)) / (2 * h) for e in np.eye(2)]
    assert surface.gradient(w) == pytest.approx(np.array(slopes), rel=1e-7)


@pytest.mark.parametrize(
    ("table", "params"),
    [
        (train(), {}),
        (train(), {"surface": {"start": [1.0], "curvatures": [1.0]}}),
        (train(steps=3), {"surface": {"start": [1.0], "curvatures": [1.0, 2.0]}}),
        (train(), {"gradients": {"name": "nothing"}}),
        (None, {"gradients": {"values": [1.0]}}),
    ],
)
def test_what_is_missing_is_said(table, params):
    with pytest.raises(UsageError, match="must have"):
        probe.run(cell("numpy", table, **params))
