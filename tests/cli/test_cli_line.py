"""The whole line, as a user drives it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from harness.cli import codes


def edit(harness, old, new):
    text = harness.suite.read_text()
    assert old in text
    harness.suite.write_text(text.replace(old, new, 1))


def test_run_claims_report(harness):
    code, out, err = harness("run", "-j", "2")
    assert code == 0, err
    assert "reproduced" in out
    assert "3 ok" in out
    assert "3 cells of 1 suite to run" in err
    code, out, _ = harness("claims", "--json", "-")
    assert code == 0
    verdict = json.loads(out)["verdicts"][0]
    assert verdict["verdict"] == "reproduced"
    assert verdict["findings"][0]["n"] == 3
    code, out, _ = harness("report")
    assert code == 0
    page = (harness.folder / "reports" / "index.html").read_text(encoding="utf-8")
    assert "it &lt;b&gt;learns&lt;/b&gt;" in page
    assert "<b>learns</b>" not in page
    assert "tiny" in (harness.folder / "reports" / "summary.md").read_text()


def test_a_second_run_repeats_nothing_and_force_does(harness):
    harness("run")
    records = harness.folder / "results" / "local" / "tiny.jsonl"
    before = records.read_bytes()
    code, out, _ = harness("run")
    assert code == 0
    assert "3 done before" in out
    assert records.read_bytes() == before
    harness("run", "--force", "--seeds", "1")
    assert records.read_bytes().startswith(before)
    assert records.read_bytes().count(b"\n") == 4


def test_equal_runs_give_equal_numbers(harness):
    def accuracies(folder):
        lines = (harness.folder / folder / "tiny.jsonl").read_text().splitlines()
        return sorted((r["seed"], r["metrics"]["test_accuracy"]) for r in map(json.loads, lines))

    harness("run", "--results", "one")
    harness("run", "--results", "two", "-j", "1")
    assert accuracies("one") == accuracies("two")


def test_a_moved_verdict_exits_3(harness):
    edit(harness, "at_least = 0.5 }", 'at_least = 0.5 }\nexpected = "contradicted"\nbecause = "x"')
    harness("run")
    code, out, _ = harness("claims")
    assert code == codes.MOVED
    assert "moved" in out


def test_a_failed_cell_exits_4_and_the_others_go_on(harness):
    (harness.folder / "broken.py").write_text("def cell(context):\n    raise OSError('no luck')\n")
    edit(harness, "[grid]", '[grid]\nexperiment = ["train", "broken:cell"]')
    edit(harness, "expect = {", 'where = { experiment = "train" }\nexpect = {')
    sys.path.insert(0, str(harness.folder))
    try:
        code, out, err = harness("run")
    finally:
        sys.path.remove(str(harness.folder))
    assert code == codes.CELL_FAILED
    assert "3 failed, 3 ok" in out
    assert "OSError: no luck (broken.py:2)" in err


def test_nothing_measured_exits_5(harness):
    code, _, err = harness("claims")
    assert code == codes.NOTHING_MEASURED
    assert "harness run" in err
    edit(harness, '["numpy"]', '["torch"]')
    edit(harness, '["cpu"]', '["cuda"]')
    torch = pytest.importorskip("torch")
    if torch.cuda.is_available():
        pytest.skip("this machine has a CUDA device")
    code, _, err = harness("run")
    assert code == codes.NOTHING_MEASURED
    assert "skipped (torch sees no CUDA" in " ".join(err.split())


def test_inconclusive_exits_6_only_under_strict(harness):
    edit(harness, "at_least = 0.5", "value = 0.5, tolerance = 0.000001")
    harness("run")
    _code, out, _ = harness("claims", "--json", "-")
    assert json.loads(out)["verdicts"][0]["verdict"] in ("inconclusive", "contradicted")
    edit(harness, "value = 0.5, tolerance = 0.000001", 'at_least = 0.5, of = "mean"')
    harness("run", "--results", "one", "--seeds", "1")
    assert harness("claims", "--results", "one")[0] == codes.OK
    assert harness("claims", "--results", "one", "--strict")[0] == codes.INCONCLUSIVE


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("lr = 0.5", "lrr = 0.5", "tiny.toml:13: train.lrr: unknown key 'lrr'. Did you mean 'lr'?"),
        ("lr = 0.5", 'lr = "fast"', "tiny.toml:13: train.lr: must be a number, got 'fast'"),
        ('"digits"', '"digitz"', "tiny.toml:7: data.dataset: unknown data set 'digitz'. Did you"),
        ("hidden = []", 'layers = [{ type = "dense" }]', "unknown layer type 'dense'"),
        ('["numpy"]', '["nmpy"]', "grid[0].backend[0]: unknown backend 'nmpy'. Did you mean"),
        ('"test_accuracy"', '"test_acc"', "claims[0].metric: unknown metric 'test_acc'. Did you"),
        ("hidden = []", 'layers = [{ type = "linear", out = 10 }]', "must get flat input"),
        ('["cpu"]', "[]", "grid[0].device: must list at least one value"),
        ("[model]", "[model", "must be TOML"),
        ("[grid]", '[[claims]]\nid = "x"\nquote = "x"\nmetric = "test_loss"\n'
         'where = { backend = "torch" }\nexpect = { at_most = 1.0 }\n[grid]',
         "claims[0].where: must select at least one case"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("verb", ["check", "run"])
def test_bad_suites_stop_before_any_cell_with_exit_2(harness, verb, old, new, words):
    edit(harness, old, new)
    code, _, err = harness(verb)
    assert code == codes.USAGE
    assert words in err
    assert not (harness.folder / "results").exists()


def test_usage_errors_exit_2(harness):
    assert harness("run", "--profile", "fast")[0] == codes.USAGE
    assert harness("frobnicate")[0] == codes.USAGE
    code, _, err = harness("run", "tinny")
    assert code == codes.USAGE
    assert "Did you mean 'tiny'?" in err
    code, _, err = harness("run", "--use", "mnist")
    assert code == codes.USAGE
    code, _, err = harness("run", "--use", "mnist=digitz")
    assert code == codes.USAGE
    assert "digits" in err


def test_missing_data_says_what_where_and_how(harness):
    edit(harness, '"digits"', '"mnist"')
    edit(harness, "hidden = []", 'hidden = []\nactivation = "relu"')
    code, _, err = harness("run", "--profile", "full", "--data", harness.folder / "nowhere")
    text = " ".join(err.split())
    assert code == codes.NOTHING_MEASURED
    assert "train-images-idx3-ubyte" in text
    assert "nowhere" in text
    assert "harness data get mnist" in text


def test_a_stand_in_of_other_images_is_not_judged(harness):
    edit(harness, '"digits"', '"mnist"')
    code, _, err = harness("run", "--profile", "full", "--use", "mnist=digits", "--seeds", "2")
    assert code == 0, err
    _, out, _ = harness("claims", "--json", "-")
    verdict = json.loads(out)["verdicts"][0]
    assert verdict["verdict"] == "not-run"
    assert "measured on digits, the claim is about mnist" in verdict["reason"]


def test_list_env_data_and_schema(harness):
    _, out, _ = harness("list", "--json", "-")
    assert json.loads(out)["suites"][0]["cells"] == {"quick": 3, "full": 3}
    code, out, _ = harness("env", "--json", "-")
    assert code == 0
    assert json.loads(out)["facts"]["numpy"]
    code, out, _ = harness("data", "list", "--json", "-")
    assert {"mnist", "cifar10", "digits"} <= {row["name"] for row in json.loads(out)["datasets"]}
    _, out, _ = harness("data", "verify", "digits")
    assert "SHA-256" in out
    _, out, _ = harness("check", "--schema")
    schema = json.loads(out)
    assert schema["properties"]["schema"]["const"] == 1
    assert schema["$schema"].startswith("https://json-schema.org/draft/")
    assert schema["$id"]
    harness("check", "--schema", "--json", "schema.json")
    assert json.loads(Path("schema.json").read_text()) == schema


def test_every_table_as_json_is_an_object_with_its_schema(harness):
    for verb in (["list"], ["list", "--parts"], ["env"], ["data", "list"], ["check"]):
        code, out, err = harness(*verb, "--json", "-")
        assert code == 0, err
        assert json.loads(out)["schema"] == 1, verb
    harness.suite.write_text(harness.suite.read_text().replace("epochs = 2", "epochs = inf"))
    code, out, err = harness("check", "--json", "-")
    (problem,) = json.loads(out)["problems"]
    assert code == 2
    assert (problem["key"], problem["line"]) == ("train.epochs", 14)
    assert "must be a finite number" in err


def test_a_damaged_store_is_refused_and_a_torn_line_is_not(harness):
    harness("run")
    records = harness.folder / "results" / "local" / "tiny.jsonl"
    whole = records.read_bytes()
    records.write_bytes(whole[:-20])
    code, out, err = harness("run")
    assert code == 0
    assert "cut off" in err
    assert "2 done before" in out
    records.write_bytes(b"not json\n" + whole)
    code, _, err = harness("run")
    assert code == codes.HARNESS_FAILED
    assert "tiny.jsonl:1: must be JSON" in err


def test_python_m_harness_is_the_same(harness):
    done = subprocess.run(
        [sys.executable, "-m", "harness", "check"], capture_output=True, text=True
    )
    assert done.returncode == 0
    assert "1 suite, 1 claim: no problem" in done.stdout
