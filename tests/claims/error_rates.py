"""How often a verdict is wrong, and how often it is settled: worlds x rules x runs, by simulation.

``python tests/claims/error_rates.py --draws 2000 --md reports/error-rates.md`` (``nox -s rates``)
writes the table. A *world* is a distribution with the kind that an honest author would declare.
Every rule is asked four questions in it, each with a claim whose truth is known:

edge      the claim is just true: how often is it contradicted?
beyond    the claim is just false: how often is it reproduced?
true      the claim is true with room to spare: how often is it reproduced (power)?
false     the claim is false by a wide margin: how often is it contradicted (power)?
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from claims_builders import Shelf, case, claim
from numpy.typing import NDArray

from harness.claims.check import rule_of
from harness.claims.rules.rule import Evidence
from harness.claims.select import Track
from harness.claims.undecided import Undecided
from harness.claims.values import Values
from harness.config.claim import Claim
from harness.config.kinds import Kind
from harness.types import Case

Floats = NDArray[np.float64]
Draw = Callable[[np.random.Generator, tuple[int, ...]], Floats]
NS = (2, 3, 5, 10, 30)
QUESTIONS = ("edge", "beyond", "true", "false")
HAIR = 1e-9
"""By how much a claim that is just false is false, in units of the world's width."""


@dataclass(frozen=True)
class World:
    """A distribution of one number.

    Attributes
    ----------
    name, kind : str
        As the table has them; the kind decides which middle is meant.
    draw : callable
        ``draw(rng, shape)``: independent values.
    middle : float
        Their mean (real, share, binary) or median (count, positive).
    width : float
        A clear distance: some standard deviations, or a wide gap between quantiles.
    atoms : bool
        Whether single values are likely: then A - B of middle 0 does not mean that neither is
        better, and pairs are two draws of one distribution instead.
    """

    name: str
    kind: Kind
    draw: Draw
    middle: float
    width: float
    atoms: bool = False


def _outliers(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    return rng.normal(1.0, 0.1, shape) + 5.0 * (rng.random(shape) < 0.05)


def _with_inf(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    return np.where(rng.random(shape) < 0.3, np.inf, rng.lognormal(0.0, 1.0, shape))


def _two(low: float, high: float, p_high: float) -> Draw:
    return lambda rng, shape: np.where(rng.random(shape) < p_high, high, low)


def _median(draw: Draw) -> float:
    return float(np.median(draw(np.random.default_rng(99), (2_000_001,))))


WORLDS: Mapping[str, World] = {
    world.name: world
    for world in (
        World("normal", "real", lambda rng, s: rng.normal(1.0, 0.1, s), 1.0, 0.4),
        World("t, 3 degrees of freedom", "real",
              lambda rng, s: 1.0 + 0.1 * rng.standard_t(3, s), 1.0, 0.8),
        World("accuracy over 300 examples", "real",
              lambda rng, s: rng.binomial(300, 0.97, s) / 300, 0.97, 0.04),
        World("lognormal", "positive", lambda rng, s: rng.lognormal(0.0, 1.0, s), 1.0, 0.95),
        World("exponential tail", "positive",
              lambda rng, s: 1.0 + rng.exponential(0.3, s), 1.0 + 0.3 * np.log(2.0), 0.6),
        World("normal with 5 % outliers", "positive", _outliers, _median(_outliers), 0.4),
        World("loss of 0.001 or 10", "positive", _two(10.0, 0.001, 0.8), 0.001, 0.0009,
              atoms=True),
        World("lognormal, 30 % infinite", "positive", _with_inf, _median(_with_inf), 1.5),
        World("count", "count", lambda rng, s: rng.poisson(3.2, s).astype(float), 3.0, 2.9,
              atoms=True),
        World("accuracy of two steps, 95:5", "share", _two(0.90, 0.95, 0.95), 0.9475, 0.3),
        World("accuracy over 4 examples", "share",
              lambda rng, s: rng.binomial(4, 0.8, s) / 4, 0.8, 0.45),
        World("0/1 with p = 0.95", "binary",
              lambda rng, s: (rng.random(s) < 0.95).astype(float), 0.95, 0.4),
        World("0/1 with p = 0.5", "binary",
              lambda rng, s: (rng.random(s) < 0.5).astype(float), 0.5, 0.35),
        World("all equal", "real", lambda rng, s: np.full(s, 0.5), 0.5, 0.2),
        World("all equal, fixed", "fixed", lambda rng, s: np.full(s, 0.5), 0.5, 0.2),
        World("real numbers with nan", "real", lambda rng, s: np.full(s, np.nan), 1.0, 0.4),
    )
}  # fmt: skip
SHARES = ("share", "binary")


@dataclass(frozen=True)
class Seen(Evidence):
    """Evidence whose values are at hand, so that no record need be made for them."""

    columns: Mapping[str, Floats] = None  # type: ignore[assignment] # always given

    def values(self, case: Case, nan_as: float | None = None) -> Values:
        found = self.columns[case.id]
        if nan_as is None and np.isnan(found).any():
            raise Undecided("nan")
        found = found if nan_as is None else np.where(np.isnan(found), nan_as, found)
        keys = np.arange(found.size, dtype=np.int64)
        return Values(keys, found, "seeds", (), case.kind(self.claim.metric))


CASES = tuple(case(f"c{x}", x=x) for x in (1, 2, 3, 4, 5))
ON_FIRST = {"x": 1}
PAIR = {"better": {"x": 1}, "than": {"x": 2}}


def judged(about: Claim, kind: Kind, columns: Sequence[Floats]) -> str:
    """Return the verdict on a claim when case k has the values of column k."""
    cases = tuple(replace(c, kinds={"acc": kind}) for c in CASES[: len(columns)])
    if about.compare is not None:
        sides = ((cases[0],), (cases[1],))
    elif about.along or about.expect.best:
        sides = (cases,)
    else:
        sides = ((cases[0],),)
    seen = Seen(
        about, Track("", sides), {}, Shelf(()),
        columns={c.id: v for c, v in zip(cases, columns, strict=True)},
    )  # fmt: skip
    try:
        return rule_of(about).judge(seen).verdict
    except Undecided as undecided:
        return undecided.finding.verdict


@dataclass(frozen=True)
class Trial:
    """One rule in one world: claims of known truth, and how to draw what they are about.

    Attributes
    ----------
    rule : str
        As the table has it.
    world : World
        Where.
    claims : mapping of str to Claim
        Question to claim.
    draw : mapping of str to callable
        Question to ``draw(rng, n)``: the columns of one simulated experiment.
    """

    rule: str
    world: World
    claims: Mapping[str, Claim]
    draw: Callable[[np.random.Generator, int, str], Sequence[Floats]]

    def rates(self, n: int, draws: int, questions: Sequence[str] = QUESTIONS) -> dict[str, float]:
        """Return how often each question had the answer that it asks for."""
        if self.world.kind == "real" and self.rule in ("better", "best"):
            draws = max(1, draws // 5)  # thousands of sign patterns each
        asked = {"edge": "contradicted", "beyond": "reproduced"}
        asked |= {"true": "reproduced", "false": "contradicted"}
        found = {}
        for question in questions:
            if (about := self.claims.get(question)) is None:
                continue
            rng = np.random.default_rng([n, len(question)])
            answers = [
                judged(about, self.world.kind, self.draw(rng, n, question)) for _ in range(draws)
            ]
            found[question] = answers.count(asked[question]) / draws
        return found


def trials() -> Iterator[Trial]:
    """Yield every rule in every world in which it has a meaning."""
    for world in WORLDS.values():
        yield _value(world)
        yield from _ranges(world)
        if world.name not in ("lognormal, 30 % infinite", "real numbers with nan"):
            yield _difference(world)
            yield from _orders(world)
            if world.kind != "count":
                yield _ratio(world)
        if world.kind == "binary":
            yield _frequency(world)
        if world.kind in ("count", "fixed"):
            yield _exactly(world)
    yield from _trends()


def _one(world: World) -> Callable[[np.random.Generator, int, str], Sequence[Floats]]:
    return lambda rng, n, _: [world.draw(rng, (n,))]


def _about(expect: Mapping[str, Any], **keys: Any) -> Claim:
    return claim(expect=dict(expect), **keys)


def _value(world: World) -> Trial:
    m, w = world.middle, world.width
    half = 0.25 * w
    expects = {
        "edge": {"value": m + half, "tolerance": half * (1 + HAIR)},
        "beyond": {"value": m + half * (1 + HAIR), "tolerance": half},
        "true": {"value": m, "tolerance": w},
        "false": {"value": m - 3 * w, "tolerance": half},
    }
    claims = {name: _about(e, where=ON_FIRST) for name, e in expects.items()}
    return Trial("value", world, claims, _one(world))


def _ranges(world: World) -> Iterator[Trial]:
    m, w = world.middle, world.width
    hair = HAIR * w
    for key, sign in (("at_least", 1.0), ("at_most", -1.0)):
        bounds = {"edge": m, "beyond": m + sign * hair, "true": m - sign * w, "false": m + sign * w}
        claims = {name: _about({key: bound}, where=ON_FIRST) for name, bound in bounds.items()}
        yield Trial(f"range, {key}", world, claims, _one(world))


def _pair(world: World) -> Callable[[np.random.Generator, int, str], Sequence[Floats]]:
    """Two cases whose difference is the world's number: they share what a seed decides."""

    def draw(rng: np.random.Generator, n: int, _: str) -> Sequence[Floats]:
        if world.kind in SHARES:
            return [world.draw(rng, (n,)), world.draw(rng, (n,))]
        shared = rng.exponential(5.0, n)
        return [shared + world.draw(rng, (n,)), shared]

    return draw


def _difference(world: World) -> Trial:
    m = 0.0 if world.kind in SHARES else world.middle
    w = world.width
    hair = HAIR * max(w, 1.0) * 100
    claims = {
        "edge": _about({"of": "difference", "at_least": m - hair}, compare=PAIR),
        "beyond": _about({"of": "difference", "at_least": m + hair}, compare=PAIR),
        "true": _about({"difference": m, "tolerance": 2 * w}, compare=PAIR),
        "false": _about({"difference": m + 3 * w, "tolerance": w}, compare=PAIR),
    }
    return Trial("difference", world, claims, _pair(world))


def _ratio(world: World) -> Trial:
    """A ratio that is the world's number (of a real one, whose logarithm is)."""
    real = world.kind == "real"
    m = float(np.exp(world.middle)) if real else (1.0 if world.kind in SHARES else world.middle)

    def draw(rng: np.random.Generator, n: int, _: str) -> Sequence[Floats]:
        if world.kind in SHARES:
            return [world.draw(rng, (n,)), world.draw(rng, (n,))]
        shared, number = 1.0 + rng.exponential(1.0, n), world.draw(rng, (n,))
        return [shared * (np.exp(number) if real else number), shared]

    claims = {
        "edge": _about({"of": "ratio", "at_least": m * (1 - 1e-7)}, compare=PAIR),
        "beyond": _about({"of": "ratio", "at_least": m * (1 + 1e-7)}, compare=PAIR),
        "true": _about({"of": "ratio", "at_least": m / 20}, compare=PAIR),
        "false": _about({"of": "ratio", "at_least": m * 20}, compare=PAIR),
    }
    return Trial("ratio", world, claims, draw)


def _orders(world: World) -> Iterator[Trial]:
    """A is no better than B where A - B has its middle at 0; best of three likewise."""

    def draw(rng: np.random.Generator, n: int, question: str) -> Sequence[Floats]:
        alike = world.kind in SHARES or world.atoms
        a, b = [world.draw(rng, (n,)) for _ in "ab"] if alike else _pair(world)(rng, n, question)
        level = 0.0 if alike else world.middle
        shift = {"edge": 0.0, "beyond": 0.0, "true": 3.0, "false": -3.0}[question] * world.width
        if world.kind in SHARES and shift:
            return [np.full(n, float(shift > 0)), np.full(n, float(shift < 0))]
        return [a - level + shift, b]

    def three(rng: np.random.Generator, n: int, question: str) -> Sequence[Floats]:
        first, second = draw(rng, n, question)
        third = draw(rng, n, question)[1] if question == "edge" else second - 5.0 * world.width
        return [first, second, third]

    questions = ("edge", "beyond", "true", "false")
    yield Trial("better", world, dict.fromkeys(questions, claim(compare=PAIR)), draw)
    best = _about({"best": ON_FIRST})
    if world.kind not in SHARES:
        yield Trial("best", world, dict.fromkeys(questions, best), three)


def _frequency(world: World) -> Trial:
    p = world.middle
    bounds = {"edge": p, "beyond": p + HAIR, "true": p - 0.4, "false": min(1.0, p + 0.45)}
    claims = {
        name: _about({"frequency_low": b}, where=ON_FIRST) for name, b in bounds.items() if b < 1.0
    }
    return Trial("frequency", world, claims, _one(world))


def _exactly(world: World) -> Trial:
    """The quoted number is the commonest (just true), or is not (just false)."""
    m = world.middle
    quoted = {"edge": m, "beyond": m + 1.0, "false": m + 1000.0}
    claims = {name: _about({"exactly": q}, where=ON_FIRST) for name, q in quoted.items()}
    return Trial("exactly", world, claims, _one(world))


X = np.arange(1.0, 6.0)


def _grown(draw: Draw) -> Draw:
    """Slopes of lines whose noise grows with x: one value a run."""
    centred = X - X.mean()

    def slopes(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
        noise = draw(rng, (*shape, X.size)) * X
        found: Floats = noise @ centred / (centred @ centred)
        return found

    return slopes


def _trends() -> Iterator[Trial]:
    for name, kind, noise in (
        ("noise that grows", "real", lambda rng, s: rng.normal(0.0, 0.3, s)),
        ("noise that grows and is skewed", "positive", lambda rng, s: rng.exponential(0.3, s)),
    ):
        slope = _grown(noise)
        sample = slope(np.random.default_rng(98), (1_000_001,))
        middle = float(np.median(sample) if kind == "positive" else 0.0)
        width = 3.0 * float(np.std(sample))
        world = World(name, kind, slope, middle, width)  # type: ignore[arg-type]

        def draw(rng: np.random.Generator, n: int, _: str, noise: Draw = noise) -> Sequence[Floats]:
            return list((noise(rng, (n, X.size)) * X).T)

        bounds = {"edge": middle - 1e-3 * width, "beyond": middle + 1e-3 * width}
        bounds |= {"true": middle - 2 * width, "false": middle + 2 * width}
        claims = {q: _about({"slope_low": b}, along="x") for q, b in bounds.items()}
        yield Trial("trend", world, claims, draw)


@dataclass(frozen=True)
class Line:
    """One line of the table: a rule in a world at every number of runs."""

    trial: Trial
    rates: Mapping[int, Mapping[str, float]]

    def cell(self, question: str, n: int) -> str:
        rate = self.rates[n].get(question)
        if rate is None:
            return "-"
        return f"{100 * rate:.1f}" if 0.0 < rate < 0.1 else f"{100 * rate:.0f}"

    def row(self, questions: Sequence[str]) -> str:
        cells = [" / ".join(self.cell(q, n) for q in questions) for n in self.rates]
        world = self.trial.world
        return f"| {self.trial.rule} | {world.name} | {world.kind} | {' | '.join(cells)} |"


def lines(draws: int, ns: Sequence[int] = NS) -> Iterator[Line]:
    """Simulate every trial at every number of runs."""
    for trial in trials():
        yield Line(trial, {n: trial.rates(n, draws) for n in ns})


def table(found: Sequence[Line], questions: Sequence[str]) -> str:
    """Return a table of the rates of two questions, in per cent."""
    head = "| rule | values | kind | " + " | ".join(f"n = {n}" for n in NS) + " |"
    ruler = "|---" * (3 + len(NS)) + "|"
    return "\n".join([head, ruler, *(line.row(questions) for line in found)])


def main() -> None:
    """Write both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--md", type=Path, required=True)
    options = parser.parse_args()
    found = []
    for line in lines(options.draws):
        found.append(line)
        print(line.row(("edge", "beyond")), flush=True)  # noqa: T201 - a program
    text = PAGE.format(
        draws=options.draws,
        errors=table(found, ("edge", "beyond")),
        power=table(found, ("true", "false")),
    )
    options.md.write_text(text, "utf-8")


PAGE = """# How often a verdict is wrong

Made by `nox -s rates`: {draws:,} simulated data sets a setting (a fifth for sign flips), with
claims of known truth. Per cent.

## Errors

Of a claim that is just true, how often it is *contradicted* / of one that is just false, how often
it is *reproduced*. Nominal: 5 / 5.

{errors}

## Power

Of a claim that is clearly true, how often it is *reproduced* / of one that is clearly false, how
often it is *contradicted*. The rest is `inconclusive`, which says what is missing.

{power}
"""

if __name__ == "__main__":
    main()
