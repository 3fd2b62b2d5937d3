"""Functions of the user's own against each other, from the suite to the verdict."""

import json

import pytest

MINE = """
DATA = [float(x) for x in range(300)]

def units(count):
    for _ in range(count):
        sum(DATA)
    return 1

def one():
    return units(3)

def thirty():
    return units(3 * 30)

def many():
    return units(3 * 2000)

def other():
    return 2
"""
SUITE = """
[speed]
a = "mine.py:one"
b = "mine.py:thirty"
burst = 0.02
[grid]
b = ["mine.py:thirty", "mine.py:many"]
[[claims]]
id = "true"
quote = "30 times faster"
where = { b = "mine.py:thirty" }
expect = { ratio = 30, tolerance = 0.3 }
[[claims]]
id = "false"
quote = "30 times faster"
where = { b = "mine.py:many" }
expect = { value = 30, tolerance = 8 }
[[claims]]
id = "order"
quote = "faster"
where = { b = "mine.py:many" }
expect = { at_least = 1 }
"""


@pytest.fixture
def project(harness):
    harness.without_torch()
    harness.suite.unlink()
    (harness.folder / "mine.py").write_text(MINE, encoding="utf-8")
    harness.suite = harness.suite.with_name("fast.toml")
    harness.suite.write_text(SUITE, encoding="utf-8")
    return harness


def verdicts(project):
    code, out, _ = project("claims", "--json", "-")
    return code, {one["claim"]: one for one in json.loads(out)["verdicts"]}


def test_a_planted_ratio_is_seen_at_the_first_run(project):
    code, out, err = project("run", "--profile", "full")
    assert code == 3, out + err
    code, found = verdicts(project)
    assert {name: one["verdict"] for name, one in found.items()} == {
        "true": "reproduced",
        "false": "contradicted",
        "order": "reproduced",
    }
    assert found["false"]["findings"][0]["n"] == 10
    assert found["false"]["findings"][0]["measured"] > 300


def test_other_results_are_said_with_the_verdict(project):
    text = SUITE.split("[grid]")[0].replace("thirty", "other")
    claim = '[[claims]]\nid = "faster"\nquote = "faster"\nexpect = { at_most = 1 }\n'
    project.suite.write_text(text + claim, encoding="utf-8")
    assert project("run")[0] == 0
    reason = verdicts(project)[1]["faster"]["reason"]
    assert "a and b return different results in 10 of 10 cells" in reason


def test_a_function_that_is_not_there_is_named_by_line(project):
    project.suite.write_text(SUITE.replace('a = "mine.py:one"', 'a = "mine.py:on"'), "utf-8")
    code, _, err = project("check")
    assert code == 2
    assert "fast.toml:3: speed.a: " in err
    assert "has no function 'on'. Did you mean 'one'?" in err


def test_a_table_that_another_experiment_does_not_read_is_named(project):
    text = 'experiment = "mine.py:one"\n' + SUITE.split("[grid]")[0]
    project.suite.write_text(text, encoding="utf-8")
    code, _, err = project("check")
    assert code == 2
    assert "fast.toml:3: speed: must not stand beside an experiment that is another" in err


def test_a_key_of_params_that_no_code_asks_for_is_named(project):
    mine = MINE + "def setup(size=3):\n    return None\n"
    (project.folder / "mine.py").write_text(mine, encoding="utf-8")
    text = SUITE.replace(
        "burst = 0.02\n", 'burst = 0.02\nsetup = "mine.py:setup"\n[params]\nsize = 2\n'
    )
    project.suite.write_text(text, encoding="utf-8")
    assert project("check")[0] == 0
    project.suite.write_text(text.replace("size = 2", "sise = 2"), encoding="utf-8")
    code, _, err = project("check")
    assert code == 2
    assert "fast.toml:8: params.sise: unknown key of [params] 'sise'. Did you mean 'size'?" in err


def test_an_edited_function_is_measured_again(project):
    text = SUITE.split("[grid]")[0]
    claim = '[[claims]]\nid = "a"\nquote = "faster"\nexpect = { at_least = 1 }\n'
    project.suite.write_text(text + claim, encoding="utf-8")
    project("run", "--seeds", "1")
    assert "1 done before" in project("run", "--seeds", "1")[1]
    mine = project.folder / "mine.py"
    mine.write_text(MINE.replace("3 * 30", "3 * 3"), encoding="utf-8")
    assert "1 done before" not in project("run", "--seeds", "1")[1]
