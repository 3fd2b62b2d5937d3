import math

import pytest
from suite_texts import load_suite

from harness import figures
from harness.errors import SuiteError
from harness.plan.check import check
from harness.plan.expand import expand

HEAD = 'schema = 1\nid = "tiny"\ntitle = "tiny"\n[records]\nfile = "runs.csv"\n'
CLAIM = """\
[[claims]]
id = "c"
quote = "q"
metric = "acc"
where = { trees = 100 }
expect = { at_least = 0.5 }
"""
RUNS = "model,trees,seed,acc,loss\nforest,10,3,0.6,1\nforest,100,3,0.7,2\nforest,100,4,0.8,\n"


@pytest.fixture
def plans(tmp_path):
    """Write the file and the suite, and return the plans."""

    def call(text=HEAD + CLAIM, runs=RUNS):
        (tmp_path / "runs.csv").write_text(runs)
        found = expand(load_suite(tmp_path, text))
        check(found, (), figures.KINDS)
        return found

    return call


def test_rows_are_records_of_the_cases_that_columns_tell_apart(plans):
    found = plans()
    assert [case.axes["trees"] for case in found.cases] == [10, 100]
    assert all(case.axes["model"] == "forest" and case.protocol for case in found.cases)
    assert list(found.full.seeds.values()) == [1, 2]
    first, second, third = found.held().records
    assert (first.seed, second.seed, third.seed) == (3, 3, 4)
    assert second.metrics == {"acc": 0.7, "loss": 2.0}
    assert math.isnan(third.metrics["loss"])
    assert found.full.cells() == []


def test_an_edited_file_gives_other_cells_of_the_same_cases(plans):
    before, after = plans(), plans(runs=RUNS.replace("0.8", "0.9"))
    assert [case.id for case in before.cases] == [case.id for case in after.cases]
    cells = ({record.cell for record in each.held().records} for each in (before, after))
    assert not set.intersection(*cells)


def test_all_profiles_are_one(plans):
    found = plans()
    assert found.full.cases == found.quick.cases == found.stand_in.cases


def test_columns_can_be_named_ignored_and_paired_by(plans):
    more = 'axes = ["loss"]\nignore = ["model"]\npair = "trees"\n'
    claim = CLAIM.replace("where = { trees = 100 }\n", "where = { loss = 2 }\n")
    found = plans(HEAD + more + claim, RUNS.replace("0.8,", "0.8,3"))
    assert [case.axes["loss"] for case in found.cases] == [1, 2, 3]
    assert "model" not in found.cases[0].axes
    assert [record.seed for record in found.held().records] == [10, 100, 100]


def test_text_pairs_as_well(plans):
    runs = "fold,acc\nb,0.5\na,0.6\n"
    claim = CLAIM.replace("where = { trees = 100 }\n", "")
    found = plans(HEAD + 'pair = "fold"\n' + claim, runs)
    assert [record.seed for record in found.held().records] == [0, 1]


def test_a_column_of_diverged_runs_is_their_status(plans):
    claim = CLAIM.replace('"acc"', '"diverged"').replace("at_least", "frequency_low")
    found = plans(HEAD + claim, "trees,diverged\n100,1\n100,0\n")
    assert [record.status for record in found.held().records] == ["diverged", "ok"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            '"acc"',
            '"acx"',
            "tiny.toml:9: claims[0].metric: unknown metric 'acx'. Did you mean 'acc'?",
        ),
        ("trees = 100", "tree = 100", "runs.csv has no column 'tree'. Did you mean 'trees'?"),
        ("trees = 100", "trees = 1", "got none for trees = 1; trees is 10 or 100"),
        (
            'file = "runs.csv"',
            'file = "run.csv"',
            "tiny.toml:5: records.file: cannot read the runs",
        ),
        (
            'file = "runs.csv"',
            'file = "runs.xls"',
            "tiny.toml:5: records.file: a file of runs must end",
        ),
        ('file = "runs.csv"', "file = []", "tiny.toml:5: records.file"),
        ('file = "runs.csv"', 'fil = "runs.csv"', "unknown key 'fil'. Did you mean 'file'?"),
        (
            "[records]",
            'experiment = "train"\n[records]',
            "experiment: must not stand beside [records]",
        ),
        (
            "[[claims]]",
            "[seeds]\ncount = 3\n[[claims]]",
            "tiny.toml:6: seeds: must not stand beside",
        ),
        ("[[claims]]", 'ignore = ["modl"]\n[[claims]]', "records.ignore[0]: "),
        (
            "[[claims]]",
            'pair = "sed"\n[[claims]]',
            "runs.csv has no column 'sed'. Did you mean 'seed'?",
        ),
        ("where = { trees = 100 }\n", "", "seed: must be another in every row of a case"),
    ],
)
def test_what_is_wrong_is_named(plans, old, new, message):
    with pytest.raises(SuiteError) as caught:
        plans((HEAD + CLAIM).replace(old, new))
    assert message in str(caught.value)


def test_text_in_a_metric_is_named_with_file_and_line(plans):
    with pytest.raises(
        SuiteError, match=r"runs\.csv:3: acc: must be a number, true, false or empty, got 'n/a'"
    ):
        plans(runs=RUNS.replace("0.7", "n/a"))


def test_the_experiment_alone_is_refused(plans):
    text = HEAD.replace('[records]\nfile = "runs.csv"\n', 'experiment = "recorded"\n[grid]\n')
    with pytest.raises(SuiteError, match=r"experiment: recorded reads a file: give \[records\]"):
        plans(text)
