"""Suites are shown headline first, facts last."""

import random

import pytest
from suite_texts import NUMPY, load_suite, suite_text

from harness.suite.documents import Document, Library
from harness.suite.order import rank, tier

LIBRARY = Library(
    folder=None,
    documents={
        "one": Document("one", "1", "One", headline=("b", "a")),
        "two": Document("two", "2", "Two", headline=("z",)),
    },
)


@pytest.fixture
def suite(tmp_path):
    def suite(name, experiment="train", key="one", more=""):
        source = {"key": key, "section": "1"}
        text = suite_text(name, NUMPY, more, experiment=experiment, source=source)
        return load_suite(tmp_path, text, name)

    return suite


@pytest.mark.parametrize("experiment", ["train", "knn", "timing", "peer", "mine:measured"])
def test_only_probes_are_facts(suite, experiment):
    assert tier(suite("x", "probe"), LIBRARY) == "facts"
    assert tier(suite("x", experiment), LIBRARY) == "experiments"
    mixed = suite("x", "probe", more=f'[[grid]]\nexperiment = ["{experiment}"]')
    assert tier(mixed, LIBRARY) == "experiments"
    every = suite("x", experiment).model_copy(
        update={"grid": suite("x", more='experiment = ["probe"]').grid}
    )
    assert tier(every, LIBRARY) == "facts"


def test_a_headline_is_one_whatever_it_runs(suite):
    assert tier(suite("z", "probe"), LIBRARY) == "headline"


def test_the_order_is_headline_experiments_facts_and_by_document(suite):
    in_order = [
        suite("b"), suite("a", "probe"), suite("z", key="two"),
        suite("m"), suite("l", key="two"), suite("k", key="elsewhere"),
        suite("p", "probe"), suite("o", "probe", key="two"),
    ]  # fmt: skip
    shuffled = random.Random(0).sample(in_order, len(in_order))  # noqa: S311
    assert sorted(shuffled, key=lambda one: rank(one, LIBRARY)) == in_order
