"""Claims that no outcome of the planned runs could settle, against the judge itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from claims_builders import case, claim, runs, verdict

from harness.claims import undecidable
from harness.claims.decidable import least

PAIR = {"better": {"opt": "x"}, "than": {"opt": "y"}}
KINDS = ("fixed", "binary", "share", "count", "real", "positive")


def sides(kind: str):
    return [case(name, opt=name, kinds={"acc": kind}) for name in "xy"]


def extremes(kind: str, n: int):
    """Outcomes as clear as can be, far above and far below."""
    high, low = (1.0, 0.0) if kind in ("binary", "share") else (1000.0, 0.001)
    step = np.linspace(0.0, 1e-4, n) if kind == "real" else np.zeros(n)
    return [high - step, low + step]


ABOUT = {
    "range": claim(where={"opt": "x"}, expect={"at_least": 0.5}),
    "better": claim(compare=PAIR),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rule", ABOUT)
def test_one_run_fewer_settles_nothing_however_clear(rule: str, kind: str) -> None:
    about, cases = ABOUT[rule], sides(kind)
    needed = least(about, kind)
    for n in range(2, needed):
        high, low = extremes(kind, n)
        for first, second in ((high, low), (low, high)):
            records = [*runs(cases[0], first), *runs(cases[1], second)]
            assert verdict(about, cases, records).verdict == "inconclusive"
    high, low = extremes(kind, max(needed, 30 if kind == "share" else 2))
    records = [*runs(cases[0], high), *runs(cases[1], low)]
    assert verdict(about, cases, records).verdict == "reproduced"


def test_it_says_how_many_are_needed() -> None:
    cases = sides("positive")
    three = {c.id: 3 for c in cases}
    assert undecidable(claim(compare=PAIR), cases, three) == (
        "3 seeds can never settle this claim, 5 are needed at least: raise seeds, or count in "
        "[seeds]"
    )
    filed = [replace(c, experiment="recorded") for c in cases]
    assert undecidable(claim(compare=PAIR), filed, three) == (
        "3 rows can never settle this claim, 5 are needed at least: add rows to the file of "
        "[records]"
    )
    assert undecidable(claim(compare=PAIR), cases, {c.id: 5 for c in cases}) is None
    assert undecidable(claim(compare=PAIR, over="examples"), cases, three) is None
    rare = claim(metric="diverged", where={"opt": "x"}, expect={"frequency_low": 0.96})
    why = undecidable(rare, cases, {c.id: 40 for c in cases})
    assert why is not None
    assert "74 are needed" in why


def test_a_mean_of_shares_is_never_shown_to_be_one() -> None:
    cases = sides("share")
    about = claim(where={"opt": "x"}, expect={"at_least": 1.0})
    why = undecidable(about, cases, {c.id: 99 for c in cases})
    assert why is not None
    assert "can never be shown to be 1" in why


@pytest.mark.parametrize(
    ("expect", "needed"),
    [({"at_least": 0.9}, 32), ({"at_most": 0.02}, 167), ({"value": 0.5, "tolerance": 0.1}, 16)],
)
def test_bets_on_a_share_near_its_end_take_many_runs(expect, needed) -> None:
    cases, about = sides("share"), claim(where={"opt": "x"}, expect=expect)
    why = undecidable(about, cases, {c.id: needed - 1 for c in cases})
    assert why is not None
    assert f"{needed} are needed" in why
    assert undecidable(about, cases, {c.id: needed for c in cases}) is None
    clearest = 1.0 if "at_least" in expect else expect.get("value", 0.0)
    found = verdict(about, cases, runs(cases[0], [clearest] * needed))
    assert found.verdict == "reproduced"
    fewer = verdict(about, cases, runs(cases[0], [clearest] * (needed - 1)))
    assert fewer.verdict == "inconclusive"


def test_the_last_look_decides_what_can_be_settled() -> None:
    # at half of 5 % six coins are needed, at a tenth of it eight
    about, cases = claim(compare=PAIR), sides("positive")
    for alpha, needed in ((0.05, 5), (0.025, 6), (0.005, 8)):
        assert undecidable(about, cases, {c.id: needed for c in cases}, alpha) is None
        assert undecidable(about, cases, {c.id: needed - 1 for c in cases}, alpha) is not None
