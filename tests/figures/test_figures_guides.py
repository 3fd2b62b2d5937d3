import fake_results as fake
import pytest
from figure_drawing import draw, table

from harness.figures.guides import crossing


def timed(times, **keys):
    """Draw seconds over n; `times` is a function of device, n and seed."""
    maker = fake.Maker()
    for device in ("cpu", "cuda"):
        for n in (10, 100, 1000):
            for seed in range(3):
                axes = {"backend": "torch", "device": device, "n": n}
                seconds = times(device, n, seed)
                maker.add("demo", "timing", axes, seed, metrics={"seconds": seconds})
    figure = table(kind="line", x="n", y="seconds", hue="device", **keys)
    return draw(fake.suite_of(), maker.archive(), figure)


def growing(device, n, seed):
    return (1e-6 * n**2 if device == "cpu" else 1e-4 * n) * (1 + 0.01 * seed)


def test_two_log_axes_show_exponents_and_where_devices_are_equal():
    note = timed(growing, log=["x", "y"]).note
    assert "CPU 2; CUDA 1" in note
    assert "CPU and CUDA are equal at about 100." not in note  # they touch there, at a point
    early = timed(lambda device, n, seed: growing(device, 2 * n, seed), log=["x", "y"])
    assert "CPU and CUDA are equal at about 50." in early.note
    assert ">equal at 50</text>" in early.svg


def test_other_axes_show_neither():
    assert "exponent" not in timed(growing, log=["y"]).note


def test_an_exponent_needs_three_points_and_positive_numbers():
    zero = timed(lambda *_: 0.0, log=["x", "y"])
    assert "exponent" not in zero.note


def test_a_crossing_lies_where_straight_lines_meet():
    x, y = crossing({1.0: 1.0, 100.0: 100.0}, {1.0: 10.0, 100.0: 10.0})
    assert (x, y) == (pytest.approx(10.0), pytest.approx(10.0))
    assert crossing({1.0: 1.0, 2.0: 2.0}, {1.0: 3.0, 2.0: 4.0}) is None
    assert crossing({1.0: 1.0}, {2.0: 1.0}) is None
