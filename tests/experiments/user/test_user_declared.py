"""What a function returns is held against what it declares."""

import pytest

import harness
from harness.errors import CellFailed
from harness.experiments.user.experiment import _declared


def declaring(*names):
    return harness.experiment(metrics=names)(lambda seed: None)


@pytest.mark.parametrize(
    ("names", "returned"),
    [(("a",), {"a": 1}), (("a", "b"), {"b": 1}), (("dim_*", "a"), {"dim_0": 1, "dim_1": 2})],
)
def test_metrics_that_are_declared_pass(names, returned):
    assert _declared("f.py:f", declaring(*names), returned) == returned


def test_a_bare_number_has_the_one_name_that_is_declared():
    assert _declared("f.py:f", declaring("a"), 2.0) == {"a": 2.0}


def test_several_bare_numbers_have_the_names_in_their_order():
    assert _declared("f.py:f", declaring("a", "b"), (2.0, 3)) == {"a": 2.0, "b": 3}
    with pytest.raises(CellFailed, match=r"a, b: 2 numbers; got a tuple of 1"):
        _declared("f.py:f", declaring("a", "b"), (2.0,))
    with pytest.raises(CellFailed, match=r"a mapping, as dim_\* is many; got a tuple of 1"):
        _declared("f.py:f", declaring("dim_*"), (2.0,))


@pytest.mark.parametrize(("names", "returned"), [(("a",), {"b": 1}), (("dim_*",), {"rank": 1})])
def test_a_metric_that_is_not_declared_fails_the_cell(names, returned):
    with pytest.raises(CellFailed, match=r"f\.py:f must return the metrics that it declares"):
        _declared("f.py:f", declaring(*names), returned)


def test_the_libraries_that_a_function_knows_are_names():
    with pytest.raises(TypeError, match="must be names, got 1"):
        harness.experiment(backends=[1])
