"""The verb ``selftest``: what is stored is shown, counted and never measured twice."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest
from gate_pairs import noisy

from harness.environment import snapshot
from harness.gate import selftest

HERE = snapshot()


@pytest.fixture
def kept(harness):
    """Store one run on equal sides, and one with 10 % planted."""
    folder = harness.folder / "results" / "kept"
    rng = np.random.default_rng(0)
    for planted in (0.0, 0.10):
        pairs = [
            replace(pair, case=case, base=replace(pair.base, mean=1.0))
            for case in map(str, range(10))
            for pair in noisy(rng, 40, 1.0 + planted, mean=1.06)
        ]
        selftest.store(folder, selftest.Run(planted, tuple(pairs), HERE, "2026-01-02T03:04:05"))
    return folder


def test_what_is_stored_is_shown_without_measuring(harness, kept):
    asked = ("selftest", "--stored", "--results", kept, "--md", "out/s.md", "--json", "s.json")
    code, out, err = harness(*asked)
    assert (code, "planting" in err) == (0, False)
    assert "was called regressed 0 times out of 20" in out
    text = (harness.folder / "out" / "s.md").read_text(encoding="utf-8")
    assert text == selftest.markdown(selftest.view(selftest.stored(kept)))
    assert "| none (A against A) | 10 | 0 | 0 % (0 to 31) | 0 | 10 | 0 | 10 |" in text
    value = json.loads((harness.folder / "s.json").read_text())
    assert [row["regressed"] for row in value["rows"]] == [0, 10]
    assert value["hardware"] == HERE.hardware


def test_runs_are_written_in_short_and_give_the_same_table(harness, kept):
    harness("selftest", "--stored", "--results", kept, "--short", "short", "--md", "a.md")
    code, _, _ = harness("selftest", "--stored", "--results", "short", "--md", "b.md")
    assert code == 0
    assert (harness.folder / "a.md").read_text() == (harness.folder / "b.md").read_text()
    sizes = [(path / "selftest.jsonl").stat().st_size for path in (harness.folder / "short", kept)]
    assert sizes[0] < sizes[1]


def test_the_table_breaks_no_word_on_a_narrow_terminal(harness, kept, monkeypatch):
    monkeypatch.setattr("harness.cli.console.WIDE", 40)
    _, out, _ = harness("selftest", "--stored", "--results", kept)
    assert "Planted slow-down: 10 %\nDecisions: 10\nRegressed: 10\n" in out


def test_enough_stored_means_nothing_to_measure(harness, kept):
    code, _, err = harness(
        "selftest", "--decisions", "10", "--planted", "10%:10", "--results", kept
    )
    assert (code, "planting" in err) == (0, False)


def test_runs_of_another_machine_do_not_count(harness, kept):
    path = kept / "selftest.jsonl"
    unsealed = re.sub(r',"sha":"[^"]*"', "", path.read_text())
    path.write_text(unsealed.replace(HERE.klass, "another"))
    code, _, err = harness(
        "selftest", "--decisions", "10", "--planted", "", "--budget", "1s", "--results", kept
    )
    assert code == 5
    assert "planting 0%" in err
    assert "the budget of 1s ended" in err


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--stored",), 5, "must hold runs of the self-test"),
        (("--planted", "5%"), 2, "--planted must be like 5%:100"),
        (("--budget", "soon"), 2, "a duration"),
    ],
)
def test_bad_input_has_a_message_and_a_code(harness, arguments, code, words):
    found, _, err = harness("selftest", *arguments)
    assert found == code
    assert words in err
