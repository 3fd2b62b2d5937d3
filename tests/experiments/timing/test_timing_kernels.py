"""The kernels: every variant computes the same, and the time of what does not is never kept."""

from dataclasses import replace

import numpy as np
import pytest
from experiment_fakes import QUIET, context

from harness.backends import BACKENDS, get
from harness.backends.numpy_backend.losses import multiclass_hinge
from harness.config.experiments import Timing
from harness.errors import HarnessError, Skip, UsageError
from harness.experiments import timing
from harness.experiments.timing.kernels import KERNELS, Setup, disagreement, workload

SMALL = {
    "linear": {"n": 5, "d": 7, "outputs": 3},
    "data_loader": {"examples": 11, "side": 4, "rows": 4},
    "forward": {"n": 5, "d": 7, "depth": 2, "outputs": 3},
    "matmul": {"n": 9},
    "inverse": {"n": 9},
    "least_squares": {"n": 60, "d": 3, "descent": 1e-6},
    "to_device": {"n": 4, "d": 3},
    "recurrent": {"n": 3, "length": 5, "d": 4, "hidden_units": 6},
    "scaled_gradients": {"n": 5, "d": 7, "units": 8, "outputs": 3, "parts": 3},
    "hinge_loss": {"n": 30, "d": 8, "classes": 4, "precision": "float64"},
    "conv2d_forward": {"n": 2, "side": 7, "filters": 3, "window": 3, "stride": 2, "pad": 2},
    "conv2d_backward": {"n": 2, "side": 8, "filters": 3, "window": 3, "stride": 2, "pad": 1},
}
EVERY = [
    (kernel, backend, variant)
    for kernel in KERNELS
    for backend, variants in KERNELS.get(kernel).variants.items()
    for variant in variants
]


def cell(kernel, variant, backend="numpy", device="cpu", **params):
    asked = Timing(workload="kernel", kernel=kernel, variant=variant, warmup=1, repeats=3)
    given = {"data": None, "timing": asked, "params": params or SMALL[kernel]}
    return context(None, get(backend), device, **given)


def small(kernel, **params):
    found = KERNELS.get(kernel)
    values = found.params(**(params or SMALL[kernel]))
    arrays = found.inputs(values, np.random.default_rng(0))
    return found, Setup(get("numpy"), "cpu", values, arrays)


def test_every_kernel_is_called_by_its_name():
    assert all(name == kernel.name for name, kernel in KERNELS.items())
    assert set(SMALL) == set(KERNELS)


@pytest.mark.parametrize(("kernel", "backend", "variant"), EVERY)
def test_every_variant_computes_what_the_reference_does(kernel, backend, variant):
    if reason := get(backend).absent("cpu"):
        pytest.skip(reason)
    apart = workload.prepare(cell(kernel, variant, backend)).disagreement()
    assert apart <= KERNELS.get(kernel).tolerance / 10


@pytest.mark.parametrize("padding", [0, 2])
@pytest.mark.parametrize(("side", "stride", "window"), [(6, 1, 3), (8, 2, 3), (9, 3, 4), (5, 2, 5)])
def test_the_convolutions_reference_is_torchs(side, stride, window, padding):
    torch = pytest.importorskip("torch")
    geometry = {"side": side, "stride": stride, "window": window, "pad": padding}
    forward, here = small("conv2d_forward", n=2, channels=2, filters=3, **geometry)
    leaves = [torch.tensor(here.arrays[n]).double().requires_grad_() for n in ("x", "weight")]
    bias = torch.tensor(here.arrays["bias"]).double().requires_grad_()
    out = torch.nn.functional.conv2d(*leaves, bias, stride, padding)
    np.testing.assert_allclose(
        forward.reference(here.params, here.arrays)[0], out.detach().numpy(), atol=1e-12
    )
    out.backward(torch.tensor(here.arrays["grad"]).double())
    found = KERNELS.get("conv2d_backward").reference(here.params, here.arrays)
    for ours, leaf in zip(found, (*leaves, bias), strict=True):
        np.testing.assert_allclose(ours, leaf.grad.numpy(), atol=1e-11)


def test_the_hinge_losss_reference_is_the_networks_loss(monkeypatch):
    monkeypatch.setattr("harness.experiments.timing.kernels.hinge_loss.ROWS", 7)
    kernel, here = small("hinge_loss")
    x, weight = (here.arrays[name].astype(float) for name in ("x", "weight"))
    loss, grad = multiclass_hinge(x @ weight.T, here.arrays["labels"])
    found = kernel.reference(here.params, here.arrays)
    np.testing.assert_allclose(found[0], loss, rtol=1e-12)
    np.testing.assert_allclose(found[1], grad.T @ x, rtol=1e-12, atol=1e-14)


def test_without_its_gradient_the_hinge_loss_is_one_number():
    for variant in ("two_loops", "one_loop", "no_loop", "numerical"):
        prepared = workload.prepare(cell("hinge_loss", variant, n=20, d=5, gradient=False))
        assert len(prepared.call()) == 1


def test_gradient_descent_reaches_the_weights_scikit_learn_finds():
    linear_model = pytest.importorskip("sklearn.linear_model")
    _, here = small("least_squares", n=80, d=4, descent=1e-8)
    asked = cell("least_squares", "gradient_descent", n=80, d=4, descent=1e-8)
    (found,) = workload.prepare(asked).call()
    arrays = KERNELS.get("least_squares").inputs(
        here.params, cell("least_squares", "normal_equation").streams.generator("probe")
    )
    fitted = linear_model.LinearRegression().fit(arrays["x"][:, :-1], arrays["y"])
    np.testing.assert_allclose(found, [*fitted.coef_, fitted.intercept_], rtol=1e-6)


@pytest.mark.parametrize("wrong", [1.001, np.nan])
def test_a_variant_that_computes_something_else_is_refused(wrong):
    kernel, here = small("matmul")
    (right,) = kernel.reference(here.params, here.arrays)
    assert disagreement(kernel, here, (right,)) == 0
    with pytest.raises(HarnessError, match="must agree with its reference"):
        disagreement(kernel, here, (right * wrong,))
    with pytest.raises(HarnessError, match="shapes"):
        disagreement(kernel, here, (right[:-1],))


def watched(monkeypatch, change=lambda results: results):
    """Let the kernel ``matmul`` write down what it does, and change what it gives."""
    made = []
    kernel = KERNELS.get("matmul")

    def variant(here):
        call = kernel.variants["numpy"]["matmul"](here)
        return lambda: made.append("call") or change(call())

    def reference(params, arrays):
        made.append("reference")
        return kernel.reference(params, arrays)

    variants = {"numpy": {"matmul": variant}}
    other = replace(kernel, variants=variants, reference=reference)
    monkeypatch.setattr(KERNELS, "get", lambda _name: other)
    return made


def test_the_reference_waits_until_the_clock_has_stopped(monkeypatch):
    made = watched(monkeypatch)
    timing.run(cell("matmul", "matmul"), QUIET)
    # One call for its results, one to warm up, three that count.
    assert made == ["call"] * 5 + ["reference"]


def test_the_time_of_something_else_is_not_kept(monkeypatch):
    made = watched(monkeypatch, change=lambda results: (results[0] + 1,))
    with pytest.raises(HarnessError, match="must agree with its reference"):
        timing.run(cell("matmul", "matmul"), QUIET)
    assert made.count("reference") == 1


def test_results_are_those_of_the_first_call_though_it_gives_the_same_array_again(
    monkeypatch,
):
    buffer = np.empty((9, 9), np.float32)
    factors = iter([1.0, 7.0, 7.0, 7.0, 7.0])

    def into_one_buffer(results):
        np.multiply(results[0], next(factors), out=buffer)
        return (buffer,)

    watched(monkeypatch, change=into_one_buffer)
    assert timing.run(cell("matmul", "matmul"), QUIET).metrics["disagreement"] < 1e-6


def test_seconds_are_the_median_of_the_samples_kept():
    outcome = timing.run(cell("linear", "rows"), QUIET)
    assert len(outcome.samples["seconds"]) == 3
    assert outcome.metrics["seconds"] == sorted(outcome.samples["seconds"])[1]
    assert outcome.metrics["disagreement"] < 1e-5
    assert set(outcome.metrics) <= timing.produces(cell("linear", "rows").settings)


def test_equal_cells_draw_equal_inputs():
    one, two = (workload.prepare(cell("matmul", "matmul")).call()[0] for _ in range(2))
    np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize(
    ("kernel", "variant", "params", "message"),
    [
        ("linaer", "rows", {}, "Did you mean 'linear'"),
        ("linear", "row", {}, "Did you mean 'rows'"),
        ("linear", "rows", {"m": 3}, r"\[params\] m of kernel 'linear'"),
        ("linear", "rows", {"n": 0}, r"\[params\] n of kernel 'linear'"),
    ],
)
def test_what_cannot_be_timed_is_complained_of(kernel, variant, params, message):
    asked = cell(kernel, variant, **params) if params else cell(kernel, variant, n=2)
    with pytest.raises(UsageError, match=message):
        workload.prepare(asked)
    complaints = [text for _, text in timing.complaints(asked.settings)]
    assert len(complaints) == 1
    with pytest.raises(UsageError, match=message):
        raise UsageError(complaints[0])


def test_other_workloads_must_have_data():
    settings = cell("linear", "rows").settings.model_copy(
        update={"timing": Timing(workload="step")}
    )
    assert [path for path, _ in timing.complaints(settings)] == [("data",)]
    assert timing.reads(settings) == frozenset()


def test_a_backend_offers_the_variants_it_has():
    def offered(kernel, variant, device="cpu"):
        settings = cell(kernel, variant, n=2).settings
        return {name for name in BACKENDS if timing.offers(settings, name, device)}

    assert offered("linear", "functional") == {"torch"}
    assert offered("linear", "operators") == {"numpy", "torch"}
    assert offered("hinge_loss", "two_loops") == {"numpy"}
    assert offered("to_device", "pinned") == set()
    assert offered("to_device", "pinned", "cuda") == {"torch"}


def test_float64_is_skipped_where_there_is_none():
    asked = cell("matmul", "matmul", n=3, precision="float64")
    apple = type("Apple", (), {"name": "numpy", "absent": lambda _self, _device: None})()
    with pytest.raises(Skip, match="float64"):
        workload.prepare(replace(asked, backend=apple, device="mps"))
