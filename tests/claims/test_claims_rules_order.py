"""Which of two, or of a grid, is better, on records made by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from claims_builders import (
    COMPARE,
    SHARED,
    A,
    B,
    case,
    claim,
    finding_at,
    merged,
    of_kind,
    over_examples,
    pair,
    runs,
    spread,
    verdict,
)
from scipy import stats

from harness.types import Record

C = case("rms", optimizer="rms")
BETTER = claim(compare=COMPARE)
SMALLER = claim(compare=COMPARE, goal="smaller")


def test_better_pairs_by_seed() -> None:
    # The seeds differ by far more than the optimizers: only pairs can tell.
    records = pair(SHARED + spread(0.02, 0.005, 10), SHARED)
    found = verdict(BETTER, [A, B], records)
    assert (found.verdict, found.rule) == ("reproduced", "better")
    assert f"p = {1 / 1024:.2g}" in found.reason
    swapped = verdict(BETTER, [A, B], pair(SHARED - spread(0.02, 0.005, 10), SHARED))
    assert swapped.verdict == "contradicted"
    neither = verdict(BETTER, [A, B], pair(SHARED + spread(0.0, 0.02, 10), SHARED))
    assert neither.verdict == "inconclusive"
    assert "favours neither" in neither.reason


def test_better_smaller_turns_the_order_around() -> None:
    ahead = pair(SHARED, SHARED + spread(0.02, 0.005, 10))
    assert verdict(SMALLER, [A, B], ahead).verdict == "reproduced"
    found = verdict(SMALLER, [A, B], pair(SHARED + spread(0.02, 0.005, 10), SHARED))
    assert found.verdict == "contradicted"
    assert found.findings[0].measured == pytest.approx(0.02)


def test_better_with_too_few_seeds_says_how_many_are_needed() -> None:
    found = verdict(BETTER, [A, B], pair(spread(0.9, 0.01, 4), spread(0.2, 0.02, 4)))
    assert found.verdict == "inconclusive"
    least = "the smallest p that 4 seeds can give is 0.0625, 5 are needed"
    assert found.reason.endswith(least)
    five = pair(spread(0.9, 0.01, 5), spread(0.2, 0.02, 5))
    assert verdict(BETTER, [A, B], five).verdict == "reproduced"
    assert "7 are needed" in finding_at(0.01, BETTER, [A, B], five).reason
    assert "one run only" in verdict(BETTER, [A, B], pair([0.9], [0.2])).reason


def test_the_sizes_of_real_differences_count() -> None:
    # eight of ten pairs are for it by much, two against it by little
    ahead = np.array([5.0, 4, 6, 5, 7, 4, 5, 6, -0.1, -0.2])
    found = verdict(BETTER, [A, B], pair(SHARED + ahead, SHARED))
    assert found.verdict == "reproduced"
    assert found.reason.startswith("mean difference")


@pytest.mark.parametrize(
    ("ahead", "told", "unlike"),
    [
        ([0.1, 0.1, 0.1, 0.1, 90.0], "favours the first", True),
        ([-0.1, -0.1, -0.1, -0.1, -90], "favours the second", True),
        ([1.3, 1.8, 1.3, -0.3, 1.9], "favours neither", True),
        ([1.0, 2, 2, 2, 2, 1.0], "favours the first", False),
        ([1.0, -2, 2, -2, 2, 1.0], "favours neither", False),
        ([1.0, 1.1, 1.2, 1.3], "favours neither", False),  # too few, as it says
    ],
)
def test_an_interval_that_seems_to_say_something_else_is_explained(ahead, told, unlike) -> None:
    found = verdict(BETTER, [A, B], pair(np.array(ahead), np.zeros(len(ahead))))
    assert told in found.reason
    said = "; the interval takes differences to be normal, the test does not" in found.reason
    assert said == unlike


@pytest.mark.parametrize("kind", ["positive", "count", "binary"])
def test_the_signs_of_all_other_differences_count_alone(kind: str) -> None:
    of = of_kind(kind)
    won, lost = [1.0] * 8 + [0.0] * 2, [0.0] * 8 + [1.0] * 2
    found = verdict(BETTER, [*of], pair(won, lost, of))
    p = stats.binomtest(8, 10, alternative="greater").pvalue  # 5.5 %
    assert found.verdict == "inconclusive"
    assert f"(one-sided p = {p:.2g})" in found.reason
    assert "the first is better in 8 of 10 seeds, the second in 2" in found.reason
    more = verdict(BETTER, [*of], pair([*won, 1.0], [*lost, 0.0], of))
    assert more.verdict == "reproduced"  # 9 of 11: 3.3 %


def test_one_outlier_does_not_outvote_the_others() -> None:
    of = of_kind("positive")
    seconds = [1.0] * 9 + [900.0]
    assert verdict(SMALLER, [*of], pair(seconds, [2.0] * 10, of)).verdict == "reproduced"


def test_ties_are_for_neither() -> None:
    of = of_kind("count")
    tied = verdict(BETTER, [*of], pair([0.9] * 10, [0.9] * 10, of))
    assert (tied.verdict, "favours neither" in tied.reason) == ("inconclusive", True)
    most = verdict(BETTER, [*of], pair([0.9] * 5 + [0.5] * 20, [0.8] * 5 + [0.5] * 20, of))
    assert most.verdict == "reproduced"  # five of five that differ
    few = verdict(BETTER, [*of], pair([0.9] * 4 + [0.5] * 20, [0.8] * 4 + [0.5] * 20, of))
    assert few.verdict == "inconclusive"
    assert verdict(BETTER, [A, B], pair(SHARED, SHARED)).verdict == "inconclusive"


def test_fixed_sides_need_no_test() -> None:
    of = of_kind("fixed")

    def found(a: list[float], b: list[float]) -> str:
        judged = verdict(BETTER, [*of], pair(a, b, of))
        assert judged.findings[0].p_contradict is None
        assert "p = " not in judged.reason
        return judged.verdict

    assert found([0.9, 0.9], [0.2, 0.2]) == "reproduced"
    assert found([0.1, 0.1], [0.2, 0.2]) == "contradicted"
    assert found([0.2, 0.2], [0.2, 0.2]) == "inconclusive"
    assert found([0.1, 0.9], [0.2, 0.2]) == "inconclusive"  # not the same in every run


def test_fixed_sides_that_vary_are_draws() -> None:
    of = of_kind("fixed")
    two = verdict(BETTER, [*of], pair([0.5, 0.9], [0.2, 0.2], of))
    assert two.verdict == "inconclusive"
    assert "the smallest p that 2 seeds can give is 0.25, 5 are needed" in two.reason
    five = verdict(BETTER, [*of], pair([0.5, 0.9, 0.3, 0.4, 0.8], [0.2] * 5, of))
    assert (five.verdict, "(one-sided p = 0.031)" in five.reason) == ("reproduced", True)


def test_equal_differences_of_a_few_noisy_pairs_contradict_nothing() -> None:
    assert verdict(BETTER, [A, B], pair([0.50, 0.75], [0.75, 1.0])).verdict == "inconclusive"


def test_better_counts_diverged_runs_as_the_worst() -> None:
    losses = list(spread(0.1, 0.01, 8))
    found = verdict(SMALLER, [A, B], pair(losses, [math.nan] * 4 + [math.inf] * 4))
    assert found.verdict == "reproduced"
    assert "4 of 8 values are nan, counted as the worst" in found.reason
    assert "the first is better in 8 of 8 seeds" in found.reason
    lost = verdict(SMALLER, [A, B], pair([math.inf] * 8, losses))
    assert lost.verdict == "contradicted"
    tied = verdict(SMALLER, [A, B], pair([math.inf] * 8, [math.inf] * 8))
    assert tied.verdict == "inconclusive"


@pytest.mark.parametrize("kind", ["fixed", "binary", "share", "count", "real", "positive"])
def test_one_side_diverged_here_and_the_other_there(kind: str) -> None:
    of = of_kind(kind)
    records = pair([math.inf, 0.0] * 4, [0.0, math.inf] * 4, of)
    found = verdict(SMALLER, [*of], records)
    assert found.verdict == "inconclusive"
    assert "favours neither" in found.reason


def test_better_over_binary_examples_is_mcnemar() -> None:
    of = of_kind("binary")
    about = claim(over="examples", compare=COMPARE)
    base = np.random.default_rng(0).random(400)
    a, b = base < 0.40, base < 0.33
    found = verdict(about, [*of], merged(over_examples(of[0], a), over_examples(of[1], b)))
    assert found.verdict == "reproduced"
    lost = verdict(about, [*of], merged(over_examples(of[0], b), over_examples(of[1], a)))
    gained = int((a & ~b).sum())
    assert lost.verdict == "contradicted"
    assert lost.findings[0].p_contradict == pytest.approx(0.5**gained)
    same = verdict(about, [*of], merged(over_examples(of[0], a), over_examples(of[1], a)))
    assert same.verdict == "inconclusive"


def test_ten_thousand_examples_of_real_numbers_are_held_against_each_other() -> None:
    about = claim(over="examples", compare=COMPARE)
    a, b = np.random.default_rng(0).normal([[0.1], [0.0]], 1.0, (2, 10_000))
    found = verdict(about, [A, B], merged(over_examples(A, a), over_examples(B, b)))
    assert (found.verdict, found.findings[0].n) == ("reproduced", 10_000)


def test_unshared_seeds_are_left_out_and_said() -> None:
    records = [*runs(A, SHARED + 0.1), *runs(B, SHARED[:7] + spread(0, 0.001, 7))]
    found = verdict(BETTER, [A, B], records)
    assert found.findings[0].n == 7
    assert "7 of 10 seeds shared" in found.reason


# -- best of a grid ------------------------------------------------------------------------------

BEST = claim(expect={"best": {"optimizer": "adam"}})


def grid(a: float, b: float, c: float, n: int = 8) -> list[Record]:
    rng = np.random.default_rng(4)
    noise = rng.normal(0.0, 0.002, (3, n))
    level = rng.normal(0.0, 0.1, n)
    return [
        r
        for of, mean, e in zip((A, B, C), (a, b, c), noise, strict=True)
        for r in runs(of, level + mean + e)
    ]


def test_best_outcomes() -> None:
    won = verdict(BEST, [A, B, C], grid(0.9, 0.8, 0.85))
    assert (won.verdict, won.rule) == ("reproduced", "best")
    lost = verdict(BEST, [A, B, C], grid(0.8, 0.7, 0.85))
    assert lost.verdict == "contradicted"
    assert "favours optimizer rms" in lost.reason
    even = verdict(BEST, [A, B, C], grid(0.9, 0.8, 0.9))
    assert even.verdict == "inconclusive"
    assert "does not set it apart from optimizer rms" in even.reason


def test_best_is_corrected_for_the_number_of_rivals() -> None:
    found = verdict(BEST, [A, B, C], grid(0.8, 0.7, 0.802))
    alone = verdict(BEST, [A, C], grid(0.8, 0.7, 0.802))
    p, p_alone = found.findings[0].p_contradict, alone.findings[0].p_contradict
    assert p is not None
    assert p_alone is not None
    assert p == pytest.approx(min(1.0, 2 * p_alone))


def test_best_with_too_few_seeds_says_how_many_are_needed() -> None:
    few = verdict(BEST, [A, B, C], grid(0.9, 0.8, 0.7, n=4))
    assert (few.verdict, "5 are needed" in few.reason) == ("inconclusive", True)


def test_best_counts_a_diverged_rival_as_the_worst() -> None:
    records = [*runs(A, SHARED), *runs(B, [math.nan] * 10), *runs(C, SHARED - spread(1, 0.1, 10))]
    assert verdict(BEST, [A, B, C], records).verdict == "reproduced"


def test_best_of_facts_is_no_matter_of_chance() -> None:
    facts = [case(n, optimizer=n, kinds={"acc": "fixed"}) for n in ("adam", "sgd", "rms")]
    records = [r for of, x in zip(facts, (3.0, 2.0, 1.0), strict=True) for r in runs(of, [x, x])]
    found = verdict(BEST, facts, records)
    assert (found.verdict, found.findings[0].p_contradict) == ("reproduced", None)
    tied = [r for of, x in zip(facts, (3.0, 3.0, 1.0), strict=True) for r in runs(of, [x, x])]
    assert verdict(BEST, facts, tied).verdict == "inconclusive"


def test_best_must_name_one_of_several() -> None:
    about = claim(expect={"best": {"backend": "torch"}})
    found = verdict(about, [A, B], pair([0.1, 0.2], [0.1, 0.2]))
    assert "best must single out one of at least two cases" in found.reason


def test_best_backend_spans_tracks() -> None:
    torch = case("adam", backend="torch", optimizer="adam")
    about = claim(expect={"best": {"backend": "torch"}})
    noise = spread(0.0, 0.001, 6)
    found = verdict(about, [A, torch], [*runs(A, SHARED[:6]), *runs(torch, SHARED[:6] + 1 + noise)])
    assert (found.verdict, found.findings[0].track) == ("reproduced", "cpu")


# -- shares: their mean is what is better, not how often it is -------------------------------------


def small_wins_and_large_losses(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """A wins 0.05 nine times in ten and loses 0.45 else: on average neither is better."""
    rng = np.random.default_rng(seed)
    lost = rng.random(n) < 0.1
    return np.where(lost, 0.05, 0.55), np.full(n, 0.5)


@pytest.mark.parametrize("goal", ["larger", "smaller"])
def test_a_share_that_is_better_oftener_is_not_better_for_that(goal: str) -> None:
    of, about = of_kind("share"), claim(compare=COMPARE, goal=goal)
    found = [
        verdict(about, [*of], pair(*small_wins_and_large_losses(30, seed), of)).verdict
        for seed in range(200)
    ]
    wrong = 200 - found.count("inconclusive")
    assert wrong <= 200 * 0.05 + 4.0 * math.sqrt(200 * 0.05 * 0.95)


def test_examples_averaged_over_runs_are_compared_by_their_mean() -> None:
    # the first is right a little oftener on most examples, and hardly ever on a tenth of them
    rng, of = np.random.default_rng(3), of_kind("binary")
    hard = np.arange(2000) % 10 == 0
    better = np.where(hard, 0.1, 0.6)
    than = np.where(hard, 0.9, 0.5)
    a, b = ([(rng.random(2000) < p).astype(float) for _ in range(10)] for p in (better, than))
    shelf = merged(over_examples(of[0], *a), over_examples(of[1], *b))
    about = claim(compare=COMPARE, over="examples")
    assert np.mean(a) > np.mean(b) - 0.01  # 0.55 against 0.54
    assert verdict(about, [*of], shelf).verdict != "contradicted"
    worse = np.where(hard, 0.1, 0.52)
    c = [(rng.random(2000) < worse).astype(float) for _ in range(10)]
    shelf = merged(over_examples(of[0], *c), over_examples(of[1], *b))
    assert verdict(about, [*of], shelf).verdict == "contradicted"  # 0.478 against 0.54


def test_a_run_that_diverged_counts_as_the_worst_share() -> None:
    of = of_kind("share")
    lost = np.array([0.9] * 9 + [math.nan])
    found = verdict(BETTER, [*of], pair(lost, [0.1] * 10, of))
    assert found.verdict == "reproduced"
    assert found.findings[0].measured == pytest.approx((9 * 0.8 - 0.1) / 10)
    smaller = verdict(SMALLER, [*of], pair([0.1] * 10, lost, of))
    assert smaller.findings[0].measured == pytest.approx((9 * -0.8 - 0.9) / 10)
