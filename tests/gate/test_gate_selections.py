"""What a side selects, as it is typed."""

import pytest
from suite_texts import load_suite, suite_text

from harness.errors import UsageError
from harness.gate.selections import resolved

SUITE = suite_text(
    "small",
    """\
[data]
dataset = "digits"
[model]
layers = [{ type = "flatten" }, { type = "linear", out = 10 }]
[train]
loss = "cross_entropy"
epochs = 1
[timing]
workload = "step"
[[grid]]
lr = [0.5, 1.0]
batch_size = [10, 500]
drop_last = [false, true]
""",
    experiment="timing",
)


@pytest.fixture
def suite(tmp_path):
    return load_suite(tmp_path, SUITE, "small")


@pytest.mark.parametrize(
    ("axis", "typed", "meant"),
    [
        ("drop_last", "true", "True"),
        ("drop_last", "True", "True"),
        ("drop_last", "false", "False"),
        ("lr", "1", "1.0"),
        ("lr", "5e-1", "0.5"),
        ("batch_size", "500", "500"),
        ("batch_size", "5e2", "500"),
        ("backend", "torch", "torch"),
        ("backend", '"torch"', "torch"),
    ],
)
def test_a_value_may_be_typed_as_toml_writes_it(suite, axis, typed, meant):
    assert resolved(suite, {axis: typed}) == {axis: meant}


@pytest.mark.parametrize(
    ("axis", "typed"),
    [("drop_last", "1"), ("lr", "2"), ("lr", "true"), ("lr", "1\nx = 2"), ("batch_size", "")],
)
def test_another_value_is_none(suite, axis, typed):
    with pytest.raises(UsageError, match=f"unknown {axis} of the suite"):
        resolved(suite, {axis: typed})
