import json

import numpy as np
import pytest
from scipy import stats

from harness.cli.app import run_main

RUNS = [0.9702, 0.9715, 0.9698, 0.9711, 0.9707, 0.9700, 0.9713, 0.9704]


@pytest.fixture
def judge(tmp_path, monkeypatch, capfd):
    """Call ``harness judge`` in a folder with ``runs.csv``, and ``two.csv`` of two optimizers."""
    monkeypatch.chdir(tmp_path)
    rows = [f"{seed},{acc}" for seed, acc in enumerate(RUNS)]
    (tmp_path / "runs.csv").write_text("\n".join(["seed,accuracy", *rows, ""]))
    both = [
        f"{o},{s},{a - (o == 'sgd') * 0.02:.4f}"
        for o in ("adam", "sgd")
        for s, a in enumerate(RUNS)
    ]
    (tmp_path / "two.csv").write_text("\n".join(["optimizer,seed,accuracy", *both, ""]))

    def call(*arguments):
        capfd.readouterr()
        code = run_main(["judge", *map(str, arguments)])
        captured = capfd.readouterr()
        return code, captured.out, captured.err

    call.folder = tmp_path
    return call


def test_a_number_that_holds_is_reproduced(judge):
    code, out, err = judge(
        "runs.csv", "--metric", "accuracy", "--value", 0.97, "--tolerance", 0.005
    )
    assert code == 0, err
    first, second = out.splitlines()
    assert first.startswith("reproduced: accuracy 0.970")
    assert "n = 8" in first
    assert "0.97 ± 0.005" in second


def test_a_false_one_is_contradicted_with_exit_3(judge):
    code, out, _ = judge("runs.csv", "--value", 0.99, "--tolerance", 0.005)
    assert code == 3
    assert out.startswith("contradicted: accuracy")


@pytest.mark.parametrize(
    ("options", "verdict"),
    [
        (("--at-least", 0.9), "reproduced"),
        (("--at-most", 0.9), "contradicted"),
        (("--low", 0.96, "--high", 0.98), "reproduced"),
        (("--frequency-low", 0.5), "inconclusive"),
        (("--exactly", 0.97), "inconclusive"),
    ],
)
def test_the_keys_of_expect_are_options(judge, options, verdict):
    assert judge("runs.csv", "--metric", "accuracy", *options)[1].startswith(verdict)


def two(*options):
    return "two.csv", "--metric", "accuracy", "--by", "optimizer", *options


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--better", "adam", "--than", "sgd"), 0),
        (("--better", "sgd", "--than", "adam"), 3),
        (("--better", "sgd", "--than", "adam", "--goal", "smaller"), 0),
        (("--better", "adam", "--than", "sgd", "--difference", 0.02, "--tolerance", 0.001), 0),
        (("--better", "adam", "--than", "sgd", "--ratio", 2, "--tolerance", 0.1), 3),
        (("--better", "adam", "--than", "sgd", "--of", "difference", "--at-least", 0.01), 0),
    ],
)
def test_two_groups_are_compared_in_pairs(judge, options, code):
    assert judge(*two(*options))[0] == code


def test_groups_that_share_no_run_are_told_how_they_are_paired(judge):
    rows = "\n".join(f"{'ab'[n % 2]},{n},{n // 2},{n}" for n in range(12))
    (judge.folder / "x.csv").write_text(f"side,seed,fold,loss\n{rows}\n")
    options = ("--metric", "loss", "--by", "side", "--better", "b", "--than", "a")
    code, out, _ = judge("x.csv", *options)
    assert code == 0
    assert "must share their runs to be paired, got 6 and 6, of which 0 are of both" in out
    assert "name with pair a column whose values are on both" in out
    assert judge("x.csv", *options, "--pair", "fold")[1].startswith("reproduced")


def test_rows_are_chosen_by_where(judge):
    options = ("--metric", "accuracy", "--where", "optimizer=sgd", "--at-most", 0.96)
    assert judge("two.csv", *options)[0] == 0


def test_cases_are_never_pooled(judge):
    code, _, err = judge("two.csv", "--metric", "accuracy", "--at-least", 0.9)
    assert code == 2
    assert "--where must single out one case, got 2 cases that differ in optimizer" in err
    assert "name it with --where" in err
    assert "--ignore" in err


def test_what_only_names_runs_can_be_ignored(judge):
    (judge.folder / "x.csv").write_text("when,acc\nmon,0.5\ntue,0.6\nwed,0.55\n")
    assert judge("x.csv", "--ignore", "when", "--at-least", 0.1)[0] == 0


def test_a_seed_twice_in_a_case_is_named(judge):
    (judge.folder / "x.csv").write_text("seed,trees,acc\n0,10,0.5\n0,100,0.6\n")
    code, _, err = judge("x.csv", "--metric", "acc", "--at-least", 0.1)
    assert code == 2
    assert "x.csv:3: seed: must be another in every row of a case, got 0 in line 2 too" in err


def test_examples_are_rows_or_lists_in_rows(judge):
    right = "\n".join(["right", *["1"] * 95, *["0"] * 5])
    (judge.folder / "x.csv").write_text(right)
    rows = json.dumps([{"right": [1] * 95 + [0] * 5}])
    (judge.folder / "x.json").write_text(rows)
    for name in ("x.csv", "x.json"):
        options = ("--metric", "right", "--over", "examples", "--kind", "binary", "--at-least", 0.8)
        code, out, err = judge(name, *options)
        assert code == 0, err
        assert "n = 100" in out


def test_times_of_pytest_benchmark_are_judged_by_the_median(judge):
    rounds = {"name": "test_sort", "fullname": "x", "stats": {"mean": 1.0, "data": [1.0, 1.1] * 5}}
    (judge.folder / "run.json").write_text(json.dumps({"benchmarks": [rounds]}))
    options = ("--metric", "data", "--over", "examples", "--at-most", 2)
    code, out, err = judge("run.json", *options)
    assert code == 0, err
    assert "median" in out


def test_json_has_the_verdict_as_claims_do(judge):
    code, out, _ = judge("runs.csv", "--at-least", 0.9, "--json", "-")
    assert code == 0
    found = json.loads(out)
    assert found["counts"]["reproduced"] == 1
    assert found["verdicts"][0]["findings"][0]["n"] == 8


def test_doubt_is_exit_6_when_strict(judge):
    (judge.folder / "x.csv").write_text("acc\n0.5\n")
    assert judge("x.csv", "--at-least", 0.4)[0] == 0
    code, out, _ = judge("x.csv", "--at-least", 0.4, "--strict")
    assert code == 6
    assert "one run only" in out


def test_nan_and_empty_fields_are_never_dropped(judge):
    for field in ("nan", ""):
        (judge.folder / "x.csv").write_text(f"acc,k\n0.5,1\n0.5,2\n{field},3\n")
        code, out, _ = judge("x.csv", "--metric", "acc", "--at-least", 0.1)
        assert code == 0
        assert "1 of 3 values are nan" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("--metric", "acuracy", "--at-least", 0),
            "--metric: runs.csv has no column 'acuracy'. Did you mean 'accuracy'?",
        ),
        (("--metric", "accuracy"), "expect must say what is expected"),
        (("--value", 0.97), "--value must have --tolerance beside it"),
        (("--value", 0.97, "--tolerance", -1), "--tolerance: must be at least 0"),
        (("--value", "nan", "--tolerance", 1), "--value: must be a finite number"),
        (("--value", 1, "--at-least", 1), "must hold the keys of one rule"),
        (
            ("--at-least", 0, "--kind", "shares"),
            "--kind: unknown kind 'shares'. Did you mean 'share'?",
        ),
        (("--at-least", 0, "--over", "runs"), "--over: must be one of seeds, examples"),
        (("--at-least", 0, "--where", "x"), "--where must read COLUMN=VALUE, got 'x'"),
        (
            ("--at-least", 0, "--where", "sed=1"),
            "--where: runs.csv has no column 'sed'. Did you mean 'seed'?",
        ),
        (
            ("--at-least", 0, "--where", "seed=99"),
            "must select at least one case, got none for seed = 99",
        ),
        (
            ("--at-least", 0, "--pair", "sed"),
            "--pair: runs.csv has no column 'sed'. Did you mean 'seed'?",
        ),
        (("--at-least", 0, "--ignore", "x"), "--ignore: runs.csv has no column 'x'"),
        (("--better", "a"), "must be given together"),
        (("--by", "seed", "--better", "0", "--than", "0"), "must select different cells"),
    ],
)
def test_wrong_options_are_named(judge, arguments, message):
    code, _, err = judge("runs.csv", *arguments)
    assert code == 2
    assert message in err


def test_text_in_a_column_of_numbers_is_named(judge):
    (judge.folder / "x.csv").write_text("acc\n0.5\noops\n")
    code, _, err = judge("x.csv", "--metric", "acc", "--at-least", 0)
    assert code == 2
    assert err == "harness: x.csv:3: acc: must be a number, true, false or empty, got 'oops'\n"


def test_text_in_the_only_column_is_named_without_its_name(judge):
    (judge.folder / "x.csv").write_text("acc\n97.1 %\n")
    code, _, err = judge("x.csv", "--at-least", 0.9)
    assert (code, err) == (
        2,
        "harness: x.csv:2: acc: must be a number, true, false or empty, got '97.1 %'\n",
    )
    (judge.folder / "x.csv").write_text("run,acc\na,97.1 %\n")
    code, _, err = judge("x.csv", "--at-least", 0.9)
    assert "one column of numbers, got none: run has 'a', acc has '97.1 %'" in err


def test_several_columns_of_numbers_need_a_name(judge):
    (judge.folder / "x.csv").write_text("a,b\n1,2\n")
    assert (
        "there is one column of numbers, got 2: a, b; name one"
        in judge("x.csv", "--at-least", 0)[2]
    )


def test_a_file_that_is_not_there_is_exit_7(judge):
    code, _, err = judge("nothing.csv", "--at-least", 0)
    assert code == 7
    assert "cannot read the runs nothing.csv" in err


def test_a_column_of_lists_is_no_run_a_row(judge):
    row = {"name": "a", "stats": {"data": [0.1, 0.2], "mean": 0.15}}
    (judge.folder / "run.json").write_text(json.dumps({"benchmarks": [row]}))
    code, _, err = judge("run.json", "--metric", "data", "--at-most", "1")
    assert code == 2
    assert "got 'data', which has a list in a row: name one of mean; or judge all" in " ".join(
        err.split()
    )


@pytest.mark.parametrize("options", [(), ("--over", "examples"), ("--pair", "name")])
def test_one_line_goes_through_scattered_rows(judge, options):
    rng = np.random.default_rng(3)
    hours = np.round(rng.normal(7.0, 1.2, 200), 1)
    marks = np.round(40 + 4 * hours + rng.normal(0, 8, 200), 1)
    rows = [f"{n},{x},{y}" for n, (x, y) in enumerate(zip(hours, marks, strict=True))]
    (judge.folder / "marks.csv").write_text("\n".join(["name,hours,mark", *rows, ""]))
    told = ("--metric", "mark", "--along", "hours", "--slope-low", 0, "--json", "-")
    code, out, err = judge("marks.csv", *told, *options)
    assert code == 0, err
    verdict = json.loads(out)["verdicts"][0]
    finding = verdict["findings"][0]
    fit = stats.linregress(hours, marks)
    assert (verdict["verdict"], finding["n"]) == ("reproduced", 200)
    assert finding["measured"] == pytest.approx(fit.slope)
    half = stats.t.ppf(0.975, 198) * fit.stderr  # HC3 is hardly another where all scatter alike
    assert finding["interval"]["low"] == pytest.approx(fit.slope - half, rel=0.03)
    assert "positions" not in verdict["reason"]
