import decimal
import fractions
from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.execute.outcome import Malformed, checked
from harness.types import Outcome, Series

NUMBERS = [1, 1.5, True, np.float16(1), np.float32(0.5), np.int8(-3), np.uint64(2**63), np.True_,
           np.array(2.5), np.longdouble(1), fractions.Fraction(1, 2), decimal.Decimal("0.5"),
           float("inf"), float("-inf")]  # fmt: skip


class Nasty:
    def __repr__(self):
        raise RuntimeError

    def __float__(self):
        raise RuntimeError


@pytest.mark.parametrize("value", NUMBERS, ids=repr)
def test_every_kind_of_number_becomes_a_float(value):
    found = checked(Outcome(metrics={"m": value})).metrics["m"]
    assert type(found) is float
    assert found == float(value)


def test_torch_scalars_are_numbers():
    torch = pytest.importorskip("torch")
    values = {"f": torch.tensor(0.5, requires_grad=True), "i": torch.tensor(3),
              "b": torch.tensor(True), "half": torch.tensor(0.5, dtype=torch.bfloat16)}  # fmt: skip
    found = checked(
        Outcome(
            metrics=values,
            series={"s": Series(torch.arange(2), torch.arange(2.0))},
            arrays={"a": torch.ones(2, requires_grad=True)},
        )
    )
    assert found.metrics == {"f": 0.5, "i": 3.0, "b": 1.0, "half": 0.5}
    assert found.series["s"] == Series((0.0, 1.0), (0.0, 1.0))
    assert list(found.arrays["a"]) == [1.0, 1.0]
    for wrong in (torch.tensor(1j), torch.empty((), device="meta"), torch.ones(1)):
        with pytest.raises(Malformed, match="metric 'm' must be a real number"):
            checked(Outcome(metrics={"m": wrong}))


@pytest.mark.parametrize(
    "value",
    ["abc", b"1", None, [1.0], (1.0,), {"a": 1}, np.array([1.0]), 1j, np.complex64(1), lambda: 1,
     object(), Nasty(), np.str_("1"), np.datetime64("2020-01-01"), np.timedelta64(1, "s"),
     np.array(None), np.array("x"), np.ma.masked, decimal.Decimal("sNaN"), set()],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_what_is_no_number_is_named(value):
    with pytest.raises(Malformed) as caught:
        checked(Outcome(metrics={"m": value}))
    text = str(caught.value)
    assert text.startswith("metric 'm' must be a real number")
    assert (str(value) if value is None else type(value).__name__) in text
    assert " at 0x" not in text, "an address differs every time"


@pytest.mark.parametrize("value", [10**400, fractions.Fraction(10**400), -(10**999)])
def test_a_number_beyond_floats_is_refused(value):
    with pytest.raises(Malformed, match="within the range of float64"):
        checked(Outcome(metrics={"m": value}))


@pytest.mark.parametrize(
    "name", [3, None, "", " a", "a ", "a\nb", "a\tb", "\x1b[2J", "\ud800", "x" * 201, b"a", "\x00"]
)
@pytest.mark.parametrize("field", ["metrics", "series", "arrays", "samples", "digests"])
def test_names_are_plain_text(field, name):
    value = {"metrics": 1.0, "series": Series((), ()), "arrays": np.zeros(1), "samples": (),
             "digests": "d"}[field]  # fmt: skip
    with pytest.raises(Malformed, match="the name of a"):
        checked(Outcome(**{field: {name: value}}))
    checked(Outcome(**{field: {"it's [fine] ü": value}}))


@pytest.mark.parametrize(
    ("returned", "metrics"),
    [
        (0.97, {"value": 0.97}),
        (True, {"value": 1.0}),
        (decimal.Decimal("0.5"), {"value": 0.5}),
        (np.float32(0.5), {"value": 0.5}),
        (np.array(3), {"value": 3.0}),
        ({"a": 1, "b": np.float64("nan")}, {"a": 1.0, "b": float("nan")}),
        (MappingProxyType({"a": np.array(2)}), {"a": 2.0}),
    ],
)
def test_a_number_and_a_mapping_of_numbers_are_outcomes(returned, metrics):
    assert repr(checked(returned)) == repr(Outcome(metrics=metrics))


@pytest.mark.parametrize("name", ["a/b", "..\\b", "/etc/passwd", "a.npy"])
def test_names_of_arrays_lead_nowhere(name):
    with pytest.raises(Malformed, match="the name of an array"):
        checked(Outcome(arrays={name: np.zeros(1)}))


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (None, "must return a number, a mapping of names to numbers, or an Outcome, got None; a"),
        ("0.97", "or an Outcome, got '0.97' (str)"),
        ({}, "or an Outcome, got {} (dict)"),
        ([0.97], 'got [0.97] (list); give each number a name, {"name": number}'),
        (np.array([1.0, 2.0]), "or an Outcome, got an ndarray of shape (2,)"),
        (np.array("x"), "what is returned must be a real number, got"),
        ({"accuracy": None}, "metric 'accuracy' must be a real number, got None"),
        ({1: 2.0}, "the name of a metric must be text, got 1 (int)"),
        (Outcome(metrics=[1.0]), "every metric must be an entry of a mapping"),
        (Outcome(metrics=None), "every metric must be an entry of a mapping"),
        (Outcome(series={"s": ([1], [1])}), "series 's' must be a Series(x, y), got ([1], [1])"),
        (Outcome(series={"s": Series((1,), (1, 2))}), "equal length, got 1 and 2"),
        (Outcome(series={"s": Series((1,), ("a",))}), "y of series 's' must be a sequence of real"),
        (Outcome(series={"s": Series(1, 2)}), "x of series 's' must be a sequence of real numbers"),
        (Outcome(series={"s": Series(np.zeros((1, 1)), (1,))}), "x of series 's' must be"),
        (Outcome(samples={"s": 1.0}), "samples 's' must be a sequence of real numbers, got 1.0"),
        (Outcome(samples={"s": "12"}), "samples 's' must be a sequence of real numbers, got '12'"),
        (Outcome(samples={"s": {1.0}}), "samples 's' must be a sequence of real numbers"),
        (Outcome(samples={"s": iter([1])}), "samples 's' must be a sequence of real numbers"),
        (Outcome(samples={"s": np.array(["a"])}), "samples 's' must be a sequence of real"),
        (Outcome(arrays={"a": np.array([None])}), "of dtype object"),
        (Outcome(arrays={"a": np.array(["x"])}), "of dtype <U1"),
        (Outcome(arrays={"a": np.zeros(1, dtype=[("x", "f4")])}), "array 'a' must be an array of"),
        (Outcome(arrays={"a": [[1], [1, 2]]}), "array 'a' must be an array of numbers"),
        (Outcome(arrays={"a": None}), "array 'a' must be an array of numbers"),
        (Outcome(arrays={"a": np.ma.array([1, 2], mask=[0, 1])}), "masked"),
        (Outcome(digests={"d": 3}), "digest 'd' must be text, got 3 (int)"),
        (Outcome(diverged=True), "diverged must be text, got True (bool)"),
        (Outcome(diverged=None), "diverged must be text, got None"),
    ],
)
def test_a_wrong_part_is_named_with_its_type(outcome, words):
    with pytest.raises(Malformed) as caught:
        checked(outcome)
    assert words in str(caught.value)


def test_too_many_numbers_are_refused(monkeypatch):
    monkeypatch.setattr("harness.execute.outcome.MOST_NUMBERS", 10)
    monkeypatch.setattr("harness.execute.outcome.MOST_BYTES", 100)
    checked(Outcome(samples={"s": range(10)}, arrays={"a": np.zeros(12)}))
    for outcome in (
        Outcome(samples={"s": range(11)}),
        Outcome(samples={"s": range(5), "t": range(6)}),
        Outcome(arrays={"a": np.zeros(13)}),
    ):
        with pytest.raises(Malformed, match="at most"):
            checked(outcome)


def test_control_codes_of_a_reason_are_spelled_out():
    assert checked(Outcome(diverged="\x1b[2Jinf")).diverged == "\\x1b[2Jinf"


THINGS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary()
    | st.complex_numbers() | st.builds(object) | st.builds(np.float32, st.floats(width=32)),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    | st.builds(Series, inner, inner),
    max_leaves=8,
)  # fmt: skip
NAMED = THINGS | st.dictionaries(st.text(max_size=5) | st.integers(), THINGS, max_size=3)


@given(NAMED, NAMED, NAMED, NAMED, NAMED, THINGS)
def test_whatever_is_returned_is_plain_or_refused(metrics, series, arrays, samples, digests, end):
    try:
        found = checked(Outcome(metrics, series, arrays, samples, digests, end))
    except Malformed as error:
        text = str(error)
        text.encode("utf-8")
        return
    values = [*found.metrics.values(), *(v for s in found.samples.values() for v in s)]
    values += [v for s in found.series.values() for v in (*s.x, *s.y)]
    assert {type(value) for value in values} <= {float}
    assert all(array.dtype.kind in "biufc" for array in found.arrays.values())
    assert checked(found).digests == found.digests
