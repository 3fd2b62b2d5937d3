"""Figures need words for what they write beside their axes."""

import json


def test_a_figure_without_words_is_refused_with_what_to_write(harness):
    text = harness.suite.read_text()
    harness.suite.write_text(text.replace('y = "train_loss"', 'y = "nan_weights"'))
    line = harness.suite.read_text().splitlines().index('y = "nan_weights"') + 1
    code, _, err = harness("check")
    assert code == 2
    assert f"tiny.toml:{line}: figures[0].y: must have words for readers, got none" in err
    assert '[labels]: "nan_weights" = "..."' in err
    harness.suite.write_text(
        harness.suite.read_text().replace(
            "[[figures]]", '[labels]\nnan_weights = "lost"\n[[figures]]'
        )
    )
    assert harness("check")[0] == 0


def test_a_curve_without_a_name_along_it_is_refused(harness):
    harness.suite.write_text(harness.suite.read_text().replace('x = "epoch"\n', ""))
    code, _, err = harness("check")
    assert code == 2
    assert "figures[0].x: must be given: what the axis is" in err


def test_a_suite_without_words_runs_all_the_same(harness):
    harness.suite.write_text(harness.suite.read_text().replace('x = "epoch"', 'x = "round"'))
    assert harness("check")[0] == 2
    assert harness("list")[0] == 0


def test_theory_lies_on_one_axis(harness):
    text = harness.suite.read_text()
    harness.suite.write_text(text + 'theory = [{ x = 1, y = 2, label = "both" }]\n')
    code, _, err = harness("check")
    assert code == 2
    assert "figures[0].theory[0]: must have x or y, and not both" in err


def test_theory_has_a_place_on_a_logarithmic_axis(harness):
    text = harness.suite.read_text()
    line = 'log = ["y"]\ntheory = [{ x = 0, label = "begin" }, { y = %s, label = "none" }]\n'
    harness.suite.write_text(text + line % "0")
    code, _, err = harness("check")
    assert code == 2
    assert "figures[0].theory[1].y: must be above 0 on a logarithmic axis, got 0" in err
    assert "theory[0]" not in err
    harness.suite.write_text(text + line % "0.1")
    assert harness("check")[0] == 0


def test_a_page_remembers_its_verdicts(harness):
    assert harness("run", "-j", "1", "--report", "page", "--profile", "quick")[0] in (0, 1)
    kept = json.loads((harness.folder / "page" / "verdicts.json").read_text())
    assert list(kept["now"]["verdicts"]) == ["tiny/learns"]
    assert kept["before"] is None
