"""A suite whose numbers are in a file: judged, listed and on the page, and nothing to run."""

import json

import pytest
from suite_texts import suite_text

SUITE = suite_text(
    "filed",
    """\
[records]
file = "runs.csv"
[[claims]]
id = "good"
quote = "forests reach 97 %"
metric = "accuracy"
where = { trees = 100 }
unit = "fraction"
expect = { value = 0.97, tolerance = 0.01 }
[[claims]]
id = "better"
quote = "more trees are better"
metric = "accuracy"
compare = { better = { trees = 100 }, than = { trees = 10 } }
[labels]
trees = "trees of the forest"
[[figures]]
id = "accuracy"
kind = "bars"
title = "Accuracy"
x = "trees"
y = "accuracy"
""",
    experiment="",
    source=None,
    title="Numbers of a file",
)


@pytest.fixture
def filed(harness):
    rows = [
        f"{t},{s},{0.97 - (t == 10) * 0.05 + s / 1000:.3f}" for t in (10, 100) for s in range(6)
    ]
    (harness.folder / "suites" / "runs.csv").write_text("\n".join(["trees,seed,accuracy", *rows]))
    (harness.folder / "suites" / "filed.toml").write_text(SUITE)
    return harness


def test_claims_are_judged_without_any_run(filed):
    code, out, err = filed("claims", "filed", "--json", "-")
    assert code == 0, err
    found = json.loads(out)
    assert found["counts"]["reproduced"] == 2
    assert found["verdicts"][0]["findings"][0]["track"] == ""


def test_a_run_finds_everything_done(filed):
    code, out, err = filed("run", "filed", "--report", "page")
    assert code == 0, err
    assert "12 done before" in out
    assert "2 claims: 2 reproduced\nThe numbers are in files. All claims" in out
    page = (filed.folder / "page" / "index.html").read_text()
    assert "harness claims filed" in page
    assert "suites/runs.csv" in page
    assert page.count('<svg class="drawing"') >= 1


def test_the_page_names_a_file_beside_the_suites_and_no_machine_that_is_not_known(filed):
    (filed.folder / "suites" / "runs.csv").rename(filed.folder / "runs.csv")
    suite = filed.folder / "suites" / "filed.toml"
    suite.write_text(SUITE.replace('"runs.csv"', '"../runs.csv"'))
    assert filed("report", "filed")[0] == 0
    page = (filed.folder / "reports" / "index.html").read_text()
    assert '<p class="about">2 claims in 1 suite, on runs.csv.</p>' in page
    assert "suites/../runs.csv" not in page


def test_a_run_until_settled_adds_nothing(filed):
    code, out, err = filed("run", "filed", "--until-settled")
    assert code == 0, err
    assert "12 done before" in out


def test_the_page_is_built_from_the_file(filed):
    code, out, err = filed("report", "filed", "--out", "page")
    assert code == 0, err
    assert "2 reproduced" in out


def test_check_and_list_know_it(filed):
    assert filed("check", "filed")[1] == "1 suite, 2 claims: no problem\n"
    assert "filed" in filed("list", "filed")[1]


def test_an_edited_file_is_judged_anew(filed):
    path = filed.folder / "suites" / "runs.csv"
    path.write_text(path.read_text().replace("0.97", "0.87"))
    assert filed("claims", "filed")[0] == 3
