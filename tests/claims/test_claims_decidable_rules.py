"""How many runs a claim needs, as it is told beforehand and as the rules have it."""

from __future__ import annotations

import numpy as np
import pytest
from claims_builders import case, claim, runs, verdict
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.claims import undecidable
from harness.claims.decidable import least
from harness.config.kinds import KINDS, Kind
from harness.types import Case

PAIR = {"better": {"opt": "x"}, "than": {"opt": "y"}}
ON_X = {"opt": "x"}
CLAIMS = {
    "value": claim(where=ON_X, expect={"value": 0.5, "tolerance": 0.2}),
    "range": claim(where=ON_X, expect={"at_least": 0.9}),
    "often": claim(where=ON_X, expect={"frequency_low": 0.6, "frequency_high": 0.8}),
    "exact": claim(where=ON_X, expect={"exactly": 1.0}),
    "difference": claim(compare=PAIR, expect={"of": "difference", "at_least": 0.3}),
    "better": claim(compare=PAIR),
    "best": claim(expect={"best": ON_X}),
    "trend": claim(along="n", expect={"slope_low": 0.1}),
}
values = st.lists(st.sampled_from([0.0, 1.0]), min_size=2, max_size=7)


def sides(kind: str) -> tuple[Case, Case]:
    kinds = {"acc": kind}
    return case("a", opt="x", n=1, kinds=kinds), case("b", opt="y", n=0, kinds=kinds)


@pytest.mark.parametrize("rule", CLAIMS)
@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=15)
@given(first=values, second=values)
def test_what_is_shown_to_hold_had_as_many_runs_as_are_needed(
    kind: Kind, rule: str, first: list[float], second: list[float]
) -> None:
    of, n = sides(kind), min(len(first), len(second))
    about = CLAIMS[rule]
    found = verdict(about, of, [*runs(of[0], first[:n]), *runs(of[1], second[:n])])
    if found.verdict == "reproduced":
        assert n >= least(about, kind)


@pytest.mark.parametrize("kind", ["binary", "count", "positive", "fixed"])
@pytest.mark.parametrize("rule", ["range", "better", "exact"])
def test_the_fewest_runs_can_show_it(kind: Kind, rule: str) -> None:
    of, about = sides(kind), CLAIMS[rule]
    n = least(about, kind)
    outcomes = [(high, low) for high in (0.0, 1.0) for low in (0.0, 1.0)]
    found = [
        verdict(about, of, [*runs(of[0], np.full(n, a)), *runs(of[1], np.full(n, b))]).verdict
        for a, b in outcomes
    ]
    assert "reproduced" in found


def test_a_plan_of_too_few_is_named_with_the_number_needed() -> None:
    of = sides("positive")
    why = undecidable(CLAIMS["better"], of, {of[0].id: 3, of[1].id: 10})
    assert why is not None
    assert why.startswith("3 seeds can never settle this claim, 5 are needed at least")
    assert undecidable(CLAIMS["better"], of, {one.id: 5 for one in of}) is None
    facts = sides("fixed")
    assert undecidable(CLAIMS["better"], facts, {one.id: 2 for one in facts}) is None
    examples = CLAIMS["better"].model_copy(update={"over": "examples"})
    assert undecidable(examples, of, {one.id: 1 for one in of}) is None
