"""What a function is given, and what of it is wrong beforehand."""

import functools
from dataclasses import replace
from typing import Optional

import numpy as np
import pytest
from experiment_fakes import images

from harness import backends
from harness.config.data import Data
from harness.config.experiments import Settings
from harness.datasets.parts import Parts
from harness.datasets.scaling import Scaler
from harness.experiments.experiment import Context
from harness.experiments.user.arguments import READABLE, Arguments, call
from harness.experiments.user.signature import from_json, parameters, roles, to_json
from harness.seeding import Streams


def context(root=0, repetition=3, script=None, **params):
    streams = Streams("tiny", repetition, root, script)
    return Context(Settings(params=params), backends.get("numpy"), "cpu", streams)


def arguments(function):
    return Arguments("f.py:f", parameters(function))


def given(function, **params):
    return call(function, context(**params))


def test_arguments_are_params_with_their_defaults():
    def f(seed: int, trees: int = 100, *, depth=None):
        return seed, trees, depth

    assert given(f) == (3, 100, None)
    assert given(f, trees=5, depth=[1]) == (3, 5, [1])
    assert arguments(f).defaults == {"trees": 100, "depth": None}
    assert not arguments(f).is_open
    assert arguments(f).reads(Settings()) == {"trees", "depth"}


def test_the_seed_is_what_repeats_the_run():
    def f(seed):
        return seed

    assert call(f, context(root=40, repetition=2)) == 42
    assert call(f, context(root=40, repetition=2, script=7)) == 7


@pytest.mark.parametrize("name", ["rng", "g"])
def test_random_numbers_are_those_of_the_cell(name):
    def f(rng):
        return rng.random()

    def of_type(g: np.random.Generator, n=1):
        return g.random()

    function = f if name == "rng" else of_type
    drawn = {call(function, context(repetition=n)) for n in (0, 0, 1)}
    assert len(drawn) == 2


@pytest.mark.parametrize(
    "function",
    [
        lambda context: context,
        lambda c: c,
        lambda _cell: _cell,
        lambda context, trees=3: context,
        lambda seed, context: context,
        np.vectorize,
    ],
)
def test_who_asks_for_the_context_gets_it_and_may_read_any_key(function):
    if function is np.vectorize:  # something whose arguments are not known

        class Odd:
            __signature__ = "none"

            def __call__(self, given):
                return given

        function = Odd()
    there = context(depth=1)
    assert call(function, there) is there
    assert arguments(function).is_open
    assert list(arguments(function).complaints(there.settings)) == []


def test_a_single_argument_is_a_setting_when_it_is_called_as_one():
    def f(trees):
        return trees

    assert given(f, trees=7) == 7


@pytest.mark.parametrize("knows_us", [True, False])
def test_it_is_the_context_only_for_who_may_know_what_that_is(knows_us):
    there = Arguments("f.py:f", parameters(lambda tres: tres), knows_us)
    complaints = [message for _, message in there.complaints(Settings(params={"trees": 7}))]
    assert ["must be given its argument 'tres'" in one for one in complaints] == [True] * (
        not knows_us
    )
    assert list(there.complaints(Settings(params={"tres": 7}))) == []


def test_every_kind_of_argument_is_served():
    def f(a, b=2, /, c=3, *rest, seed, d: str = "x", **others):
        return a, b, c, rest, seed, d, others

    assert given(f, a=1) == (1, 2, 3, (), 3, "x", {})
    assert given(f, a=1, c=5, e=6) == (1, 2, 5, (), 3, "x", {"e": 6})


def test_wrapped_functions_show_what_they_wrap():
    def f(seed, trees=1):
        return trees

    @functools.wraps(f)
    def wrapper(*args, **kwargs):
        return f(*args, **kwargs)

    assert given(wrapper, trees=4) == 4
    assert given(functools.partial(f, trees=9)) == 9


def test_the_device_is_that_of_the_case():
    assert given(lambda device, seed: device) == "cpu"


def test_the_library_is_that_of_the_case():
    assert given(lambda backend, seed: backend) == "numpy"


def takes_parts(data: Parts, first: int = 1):
    return data


def test_the_parts_are_what_the_table_makes_of_the_data():
    dataset = images(n_train=30)
    cell = replace(context(), dataset=dataset)
    settings = Settings(data=Data(dataset="fake", n_train=20))
    assert len(call(takes_parts, replace(cell, settings=settings)).x_train) == 20
    assert call(takes_parts, cell) is None


def takes_scaler(scaler: Scaler | None = None, data: Optional[Parts] = None):  # noqa: UP045
    return scaler, data


def test_a_scaler_is_that_of_the_table_and_none_without_data():
    dataset = images(n_train=30)
    cell = replace(context(), dataset=dataset)
    settings = Settings(data=Data(dataset="fake", n_train=20, scale="unit"))
    scaler, data = call(takes_scaler, replace(cell, settings=settings))
    assert scaler.apply(data.x_train).max() <= 1 < data.x_train.max()
    assert call(takes_scaler, cell) == (None, None)


@pytest.mark.parametrize(
    ("function", "tables", "required"),
    [
        (lambda seed, n=1: n, ("params",), ()),
        (lambda seed, **rest: rest, ("params",), ()),
        (lambda seed, dataset: dataset, ("data", "params"), ("data",)),
        (lambda seed, dataset=None: dataset, ("data", "params"), ()),
        (takes_parts, ("data", "params"), ("data",)),
        (takes_scaler, ("data", "params"), ()),
        (lambda context: context, READABLE, ()),
        (lambda anything: anything, READABLE, ()),
    ],
)
def test_a_case_is_made_of_the_tables_that_a_function_asks_for(function, tables, required):
    asked = arguments(function)
    assert (asked.tables, asked.required) == (tables, required)


def test_arguments_that_nobody_gives_are_named():
    def f(seed, n, trees=1):
        return n

    problems = list(arguments(f).complaints(Settings(params={"trees": 2})))
    assert problems == [
        (
            ("experiment",),
            "f.py:f must be given its argument 'n': add n to [params] or to the grid, or give it a "
            "default",
        )
    ]


@pytest.mark.parametrize(
    ("annotation", "value", "told"),
    [
        (int, 1.5, "must be an integer, got 1.5, as f.py:f has it"),
        (int, True, "must be an integer, got true"),
        (float, "x", 'must be a number, got "x"'),
        (bool, 1, "must be true or false, got 1"),
        (str, 1, "must be a text, got 1"),
        ("int", "x", 'must be an integer, got "x"'),
        (float, 1, ""),
        (int | None, "x", ""),
        (list, 1, ""),
    ],
)
def test_values_of_another_type_are_named(annotation, value, told):
    def f(seed, n):
        return n

    f.__annotations__["n"] = annotation
    problems = list(arguments(f).complaints(Settings(params={"n": value})))
    assert [path for path, _ in problems] == ([("params", "n")] if told else [])
    assert all(message.startswith(told) for _, message in problems)


def test_arguments_survive_the_way_between_processes():
    def f(a, b=(1, 2), c=float("nan"), *, rng=None, **d):
        return a

    found = parameters(f)
    assert from_json(to_json(found)) == found
    assert from_json(to_json(None)) is None
    assert arguments(f).defaults == {"b": [1, 2]}
    told = {"a": "setting", "b": "setting", "c": "setting", "rng": "rng", "d": "settings"}
    assert roles(found, {}) == told
