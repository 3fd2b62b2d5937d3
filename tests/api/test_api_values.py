import math
import re
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import harness
from harness.errors import SuiteError, UsageError

RUNS = [0.9702, 0.9715, 0.9698, 0.9711, 0.9707]


@pytest.mark.parametrize(
    "values",
    [RUNS, tuple(RUNS), np.array(RUNS), pd.Series(RUNS, index=list("abcde")), iter(RUNS)],
    ids=["list", "tuple", "array", "series", "iterator"],
)
def test_values_of_any_sort_are_runs(values):
    found = harness.judge(values, value=0.97, tolerance=0.005)
    assert (found.verdict, found.n) == ("reproduced", 5)
    assert found.measured == pytest.approx(np.mean(RUNS))
    assert found.interval.low < np.mean(RUNS) < found.interval.high


@pytest.mark.parametrize("make", [list, np.array, pd.Series])
def test_true_and_false_are_binary(make):
    found = harness.judge(make([True] * 5), at_least=0.9)
    assert (found.verdict, "rate 1.0" in found.reason) == ("inconclusive", True)
    assert harness.judge(make([True] * 30), at_least=0.9).verdict == "reproduced"
    pairs = harness.judge(make([True] * 8), than=make([False] * 8))
    assert "better in 8 of 8 runs" in pairs.reason


def test_numbers_of_numpy_are_numbers():
    assert harness.judge(RUNS, at_least=np.float32(0.9)).verdict == "reproduced"


def test_two_samples_are_paired():
    before = np.array([1.9, 2.1, 2.0, 1.95, 2.05])
    assert harness.judge(before / 2, than=before, goal="smaller").verdict == "reproduced"
    assert harness.judge(before / 2, than=before, ratio=0.5, tolerance=0.01).verdict == "reproduced"
    found = harness.judge(before, than=before / 2, of="ratio", at_least=3, kind="positive")
    assert found.verdict == "contradicted"


def test_a_frame_has_columns():
    frame = pd.DataFrame({"opt": ["a", "b"] * 5, "acc": np.linspace(0.5, 0.6, 10)})
    assert harness.judge(frame, metric="acc", where={"opt": "a"}, at_least=0.4).n == 5
    with pytest.raises(UsageError, match="must single out one case"):
        harness.judge(frame, metric="acc", at_least=0.4)


def test_a_file_is_read(tmp_path):
    path = tmp_path / "runs.csv"
    path.write_text("acc\n" + "\n".join(map(str, RUNS)))
    assert harness.judge(path, at_least=0.9).verdict == "reproduced"
    assert harness.judge(str(path), at_least=0.9) == harness.judge(path, at_least=0.9)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([], "must be at least one number, got none"),
        ([[1.0, 2.0]], "must be a vector of numbers"),
        (["a", "b"], "values must be numbers"),
        (3, "values must be numbers"),
        (pd.DataFrame(), "must have rows"),
        ([10**400], "values must be numbers, got list: int too large"),
        (pd.DataFrame([[1.0, 2.0]], columns=["a", "a"]), "one column of a name, got two named 'a'"),
        (pd.DataFrame([[1.0, 2.0]], columns=[1, "1"]), "one column of a name, got two named '1'"),
    ],
)
def test_what_is_no_sample_is_named(values, message):
    with pytest.raises(UsageError, match=message):
        harness.judge(values, at_least=0.0)


def test_text_in_a_frame_is_named_with_its_row():
    with pytest.raises(
        SuiteError, match="row 2: acc: must be a number, true, false or empty, got 'x'"
    ):
        harness.judge(pd.DataFrame({"acc": [0.5, "x"]}), metric="acc", at_least=0.0)


def test_keys_that_do_not_go_together_are_named():
    with pytest.raises(UsageError, match=r"expect\.value must have expect\.tolerance"):
        harness.judge(RUNS, value=0.97)


def test_a_notebook_shows_a_verdict():
    found = harness.judge(RUNS, value=0.97, tolerance=0.005, unit="fraction")
    assert repr(found).startswith("reproduced: value 97.")
    assert (
        "<td>✓ reproduced</td>" in found._repr_html_() or "reproduced</td>" in found._repr_html_()
    )
    assert found._repr_markdown_().startswith("| measured | verdict | why |")


def test_importing_loads_nothing():
    code = "import sys, harness; print([name for name in sys.modules if name[:7] == 'harness'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['harness']"


def test_what_is_offered_is_listed():
    assert "judge" in dir(harness)
    with pytest.raises(AttributeError, match="no attribute 'juge'"):
        harness.juge  # noqa: B018


def test_what_is_missing_is_counted_in_what_there_is():
    few = harness.judge([0.962, 0.978, 0.971], value=0.97, tolerance=0.003)
    assert re.search(r"over 3 runs is too wide .*; about \d+ runs would settle it", few.reason)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"kind": 3}, "kind must be a text, got 3 (int)"),
        ({"kind": []}, "kind must be a text, got [] (list)"),
        ({"metric": ["acc"]}, "metric must be a text, got ['acc'] (list)"),
        ({"metric": np.ones(2)}, "metric must be a text, got array"),
        ({"pair": None}, "pair must be a text, got None (NoneType)"),
        ({"where": "opt"}, "where must be a mapping of columns to values, such as"),
        ({"compare": 3}, "compare must be a mapping with the keys better and than, got 3 (int)"),
        ({"compare": {"better": 3}}, "compare['better'] must be a mapping of columns to values"),
        ({"ignore": None}, "ignore must be names of columns, got None (NoneType)"),
        ({"ignore": "opts"}, "ignore: the table has no column 'opts'. Did you mean 'opt'?"),
    ],
)
def test_an_argument_of_another_type_is_refused_in_a_line(given, message):
    frame = pd.DataFrame({"opt": ["a", "b"] * 5, "acc": np.linspace(0.5, 0.6, 10)})
    with pytest.raises(UsageError) as caught:
        harness.judge(frame, **{"where": {"opt": "a"}, "at_least": 0.4, **given})
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_sides_of_a_frame_may_be_numbers_of_numpy():
    frame = pd.DataFrame({"n": np.repeat([1, 2], 5), "acc": [*RUNS, *(x - 0.1 for x in RUNS)]})
    one, two = frame.n.unique()
    found = harness.judge(frame, metric="acc", compare={"better": {"n": one}, "than": {"n": two}})
    assert found.verdict == "reproduced"


@pytest.mark.parametrize("turn", [1.0, -1.0])
def test_a_sorted_file_is_no_more_wrong_than_another(turn: float) -> None:
    """The rate is one half: "at least" is true, and "more than" is false, just so."""
    rng = np.random.default_rng(0)
    files = [turn * np.sort(turn * rng.binomial(3, 0.5, 50) / 3) for _ in range(100)]
    just = [harness.judge(one, kind="share", at_least=0.5).verdict for one in files]
    more = [harness.judge(one, kind="share", at_least=0.5 + 1e-6).verdict for one in files]
    most = 100 * 0.05 + 4.0 * math.sqrt(100 * 0.05 * 0.95)
    assert just.count("contradicted") <= most
    assert more.count("reproduced") <= most


def test_how_a_file_is_sorted_changes_no_verdict() -> None:
    rng = np.random.default_rng(1)
    one = rng.binomial(10, 0.9, 60) / 10
    orders = [one, one[::-1], np.sort(one), rng.permutation(one)]
    found = {harness.judge(order, kind="share", at_least=0.86).reason for order in orders}
    assert len(found) == 1
