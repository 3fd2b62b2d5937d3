"""Every section of a document is covered, or says why there is nothing to measure."""

import random
import re

import pytest
from suite_texts import NUMPY, load_suite, section_text, sources_text, suite_text, write_suite

from harness.errors import SuiteError
from harness.suite.documents import Document, Library, library
from harness.suite.sections import problems, rank, tier
from harness.workspace.suites import check_documents, open_workspace

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


SUITE = suite_text(
    "line-fit",
    """\
[data]
dataset = "synthetic"
[data.synthetic]
generator = "linear"
[model]
hidden = []
[train]
loss = "mse"
optimizer = { name = "sgd", lr = 0.1 }
steps = 3
batch_size = "full"
[[grid]]
backend = ["numpy"]
[[claims]]
id = "falls"
quote = "the loss falls"
metric = "train_loss"
expect = { at_most = 1.0 }
""",
)


@pytest.fixture
def folder(tmp_path):
    write_suite(tmp_path, SUITE, "line-fit")
    (tmp_path / "sources.toml").write_text(sources_text())
    (tmp_path / "sections").mkdir()
    return tmp_path


def found(folder, sections):
    (folder / "sections" / "notes.toml").write_text("schema = 1\n" + sections)
    workspace = open_workspace([], folder)
    return [str(p) for p in problems(workspace.library().documents, workspace.suites)]


def test_a_complete_outline_has_no_problem(folder):
    nothing = section_text("2", nothing="Tells a story.")
    assert (
        found(folder, section_text("1") + nothing + section_text("3", claims=["line-fit/falls"]))
        == []
    )


@pytest.mark.parametrize(
    ("sections", "message"),
    [
        (section_text("1") + section_text("2"), "must be covered by a claim"),
        (section_text("1", nothing="A story."), "must be left out"),
        (section_text("1") + section_text("1"), "must be unique"),
        (
            section_text("1") + section_text("2", claims=["line-fit/fals"]),
            "Did you mean 'line-fit/falls'",
        ),
        (section_text("2", nothing="A story."), "must list section '1', cited by line-fit/falls"),
    ],
)
def test_each_fault_is_named_by_file_and_line(folder, sections, message):
    (problem,) = found(folder, sections)
    assert message in problem
    assert re.search(r"notes\.toml:\d+", problem)


def test_an_unknown_key_is_named(folder):
    (folder / "sections" / "notes.toml").write_text("schema = 1\n" + section_text("1", topics="x"))
    with pytest.raises(SuiteError, match="topics"):
        library(folder)


def test_a_document_without_outline_is_left_alone(folder):
    check_documents(open_workspace([], folder))
