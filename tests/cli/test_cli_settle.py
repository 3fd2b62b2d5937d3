"""``harness run --until-settled``: seeds for open claims, and a promise that holds."""

from __future__ import annotations

import json

import pytest
from suite_texts import suite_text, write_suite

MODULE = """\
from harness.types import Outcome


def noise(context):
    rng = context.streams.generator("probe")
    return Outcome(metrics={"near": 1.0 + 0.1 * rng.normal(), "far": 3.0 + 0.1 * rng.normal()})
"""
SUITE = suite_text(
    "noisy",
    """\
[seeds]
count = 4
MOST[[grid]]
backend = ["numpy"]
[[claims]]
id = "far"
quote = "far"
metric = "far"
expect = { at_least = 2.0 }
[[claims]]
id = "near"
quote = "near"
metric = "near"
expect = { at_least = 0.95 }
[[claims]]
id = "never"
quote = "never"
metric = "near"
expect = { value = 1.0, tolerance = 0.0 }
""",
    title="Noise",
    experiment="noise_of_mine:noise",
)


@pytest.fixture
def noisy(harness, monkeypatch):
    def put(most: str) -> None:
        (harness.folder / "noise_of_mine.py").write_text(MODULE, encoding="utf-8")
        (harness.folder / "suites" / "tiny.toml").unlink()
        write_suite(harness.folder / "suites", SUITE.replace("MOST", most), "noisy")

    monkeypatch.syspath_prepend(str(harness.folder))
    return put


def claims_of(harness) -> dict[str, dict]:
    _, out, _ = harness("claims", "--json", "-", "--quiet")
    return {verdict["claim"]: verdict for verdict in json.loads(out)["verdicts"]}


def test_seeds_are_added_until_every_claim_is_settled_or_the_most_is_reached(harness, noisy):
    noisy("most = 32\n")
    code, out, err = harness("run", "--until-settled")
    assert code == 0, err
    assert "look 2: more seeds for 1 case of open claims" in err
    found = claims_of(harness)
    far, near, never = (found[name]["findings"][0] for name in ("far", "near", "never"))
    assert (found["far"]["verdict"], far["look"], far["n"]) == ("reproduced", 1, 4)
    assert found["near"]["verdict"] in ("reproduced", "inconclusive")
    assert (found["never"]["verdict"], never["look"], never["n"]) == ("inconclusive", 4, 32)
    assert near["looks"] == 4
    records = (harness.folder / "results" / "local" / "noisy.jsonl").read_bytes()
    assert records.count(b"\n") == 32
    # the records are those of a run with as many seeds
    code, out, err = harness("run", "--profile", "full", "--seeds", "32")
    assert "32 done before" in out


def test_a_suite_must_say_how_far_or_the_command_does_once_and_for_all(harness, noisy):
    noisy("")
    suites = harness.folder / "suites"
    text = (suites / "noisy.toml").read_text("utf-8").replace('"noisy"', '"other"')
    (suites / "other.toml").write_text(text, "utf-8")
    code, _, err = harness("run", "--until-settled")
    assert code == 2
    assert "the seeds of noisy, other may go must be said" in err
    assert "give --max-seeds, or most in [seeds]" in err
    (suites / "other.toml").unlink()
    code, _, err = harness("run", "--until-settled", "--max-seeds", "8", "--for", "0s")
    assert code == 0, err
    assert claims_of(harness)["never"]["findings"][0]["n"] == 4
    harness("run", "--until-settled", "--max-seeds", "1000")
    finding = claims_of(harness)["never"]["findings"][0]
    assert (finding["n"], finding["look"], finding["looks"]) == (8, 2, 2)


def test_a_suite_that_goes_farther_afterwards_does_not_change_the_levels(harness, noisy):
    noisy("most = 8\n")
    harness("run", "--until-settled")
    path = harness.folder / "suites" / "noisy.toml"
    path.write_text(path.read_text("utf-8").replace("most = 8", "most = 64"), encoding="utf-8")
    code, _, err = harness("run", "--until-settled")
    assert code == 0, err
    assert "noisy goes up to 8 seeds, as was declared before the first look" in err
    finding = claims_of(harness)["never"]["findings"][0]
    assert (finding["n"], finding["look"], finding["looks"]) == (8, 2, 2)


def test_fewer_seeds_to_begin_with_change_no_look(harness, noisy):
    noisy("most = 16\n")
    code, _, err = harness("run", "--until-settled", "--seeds", "2")
    assert code == 0, err
    finding = claims_of(harness)["never"]["findings"][0]
    assert (finding["n"], finding["look"], finding["looks"]) == (16, 3, 3)
