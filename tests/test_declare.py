"""What a function may declare of itself, and what of it is refused where it stands."""

import doctest
import subprocess
import sys

import pytest

import harness
from harness import declare


def test_what_is_declared_stays_with_the_function():
    @harness.experiment(metrics={"accuracy": "share"}, version=2, alone=True)
    def f(seed):
        return 1.0

    told = {"metrics": {"accuracy": "share"}, "version": 2, "alone": True, "backends": []}
    told["reusable"] = False
    assert f.__harness__ == told
    assert f(0) == 1.0


@pytest.mark.parametrize(
    ("metrics", "kinds"),
    [
        (("a", "b"), {"a": "real", "b": "real"}),
        ("a", {"a": "real"}),
        ((), {}),
    ],
)
def test_names_alone_are_real_numbers(metrics, kinds):
    assert harness.experiment(metrics=metrics)(lambda seed: 1.0).__harness__["metrics"] == kinds


def test_it_needs_no_brackets():
    @harness.experiment
    def f(seed):
        return 1.0

    told = {"metrics": {}, "version": 1, "alone": False, "backends": [], "reusable": False}
    assert f.__harness__ == told


@pytest.mark.parametrize(
    ("declared", "error", "words"),
    [
        ({"metrics": {"a": "shares"}}, ValueError, "Did you mean 'share'?"),
        ({"metrics": [1]}, TypeError, "the metrics of an experiment must be names, got 1"),
        ({"metrics": [""]}, TypeError, "must be names, got ''"),
        ({"metrics": 3}, TypeError, "the metrics of an experiment must be names, got 3"),
        ({"metrics": {"a": ["share"]}}, ValueError, "unknown kind of number"),
        ({"backends": None}, TypeError, "the backends of an experiment must be names, got None"),
        ({"alone": "no"}, TypeError, "alone of an experiment must be True or False, got 'no'"),
        ({"reusable": 1}, TypeError, "reusable of an experiment must be True or False, got 1"),
        ({"version": "2"}, ValueError, "must be a count, got '2'"),
        ({"version": 0}, ValueError, "must be a count, got 0"),
    ],
)
def test_what_is_wrong_is_named_where_it_is_declared(declared, error, words):
    with pytest.raises(error) as caught:
        harness.experiment(**declared)
    assert words in str(caught.value)


def test_what_is_no_function_is_refused():
    with pytest.raises(TypeError, match="must be given a function, got 3"):
        harness.experiment(3)


def test_the_example_runs():
    assert doctest.testmod(declare).failed == 0


def test_declaring_imports_nothing_large():
    code = "import sys, harness; harness.experiment; print({'numpy', 'pydantic'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "set()", done.stderr
