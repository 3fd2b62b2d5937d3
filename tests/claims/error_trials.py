"""Trials of the table of error rates: every rule in every world, with claims of known truth."""

from __future__ import annotations

import contextlib
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from unittest import mock

import numpy as np
from claims_builders import Shelf, case, claim
from error_worlds import NOISE, SHARES, WORLDS, Floats, World, lines, points

from harness.claims.check import rule_of
from harness.claims.estimate import Estimate
from harness.claims.rules.rule import Evidence
from harness.claims.select import Track
from harness.claims.text import Undecided
from harness.claims.values import Values
from harness.config.claim import Claim
from harness.config.kinds import Kind
from harness.types import Case, Interval

QUESTIONS: Mapping[str, str] = {
    "edge": "contradicted",
    "beyond": "reproduced",
    "true": "reproduced",
    "false": "contradicted",
}
"""Question to the answer that is counted."""
ERRORS, POWER = ("edge", "beyond"), ("true", "false")
HAIR = 1e-9
"""By how much a claim that is just false is false, in units of the world's width."""
AT_ONCE = 500
"""Data sets drawn in one go."""

Drawn = Callable[[np.random.Generator, tuple[int, int], str], Sequence[Floats]]
CASES = tuple(case(f"c{x}", x=x) for x in (1, 2, 3, 4, 5))
ON_FIRST = {"x": 1}
PAIR = {"better": {"x": 1}, "than": {"x": 2}}


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


class Judge:
    """Judges one claim on columns of values; the same columns only once where `steps` says so."""

    def __init__(self, about: Claim, kind: Kind, columns: int, *, steps: bool) -> None:
        self._cases = tuple(replace(c, kinds={"acc": kind}) for c in CASES[:columns])
        self._seen = Seen(about, Track("", _sides(about, self._cases)), {}, Shelf(()), columns={})
        self._rule, self._known = rule_of(about), dict[bytes, str]() if steps else None
        # bets look at values in their order
        self._ordered = kind == "share" or (kind == "binary" and columns > 1)

    def verdict(self, columns: Sequence[Floats]) -> str:
        """Return the verdict when case k has the values of column k."""
        if self._known is None:
            return self._judged(columns)
        table = np.array(columns)
        table = table if self._ordered else table[:, np.lexsort(table)]
        key = table.tobytes()
        if key not in self._known:
            self._known[key] = self._judged(list(table))
        return self._known[key]

    def _judged(self, columns: Sequence[Floats]) -> str:
        held = {c.id: values for c, values in zip(self._cases, columns, strict=True)}
        try:
            return self._rule.judge(replace(self._seen, columns=held)).verdict
        except Undecided as undecided:
            return undecided.finding.verdict


def _sides(about: Claim, cases: tuple[Case, ...]) -> tuple[tuple[Case, ...], ...]:
    if about.compare is not None:
        return ((cases[0],), (cases[1],))
    return (cases,) if about.along or about.expect.best else ((cases[0],),)


NOWHERE = Interval(0.0, 0.0, 0.95)


@contextlib.contextmanager
def without_words() -> Iterator[None]:
    """Leave out the intervals of reasons, which take most of the time: tests decide verdicts."""
    nothing: dict[str, Any] = {
        "interval": lambda *_: NOWHERE,
        "one_run": lambda *_: NOWHERE,
        "shown": lambda _: NOWHERE,
        "words": lambda _: "",
    }
    with mock.patch.multiple(Estimate, **nothing):
        yield


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
    draw : callable
        ``draw(rng, (draws, n), question)``: the columns of simulated experiments, a row each.
    """

    rule: str
    world: World
    claims: Mapping[str, Claim]
    draw: Drawn

    @property
    def name(self) -> str:
        """What it is called on the command line."""
        return f"{self.rule}: {self.world.name}"

    def count(self, question: str, n: int, draws: int) -> int:
        """Return of how many data sets of n runs a question has the answer that it asks for."""
        rng = np.random.default_rng([n, zlib.crc32(f"{self.name} {question}".encode())])
        judge: Judge | None = None
        found = 0
        for first in range(0, draws, AT_ONCE):
            columns = self.draw(rng, (min(AT_ONCE, draws - first), n), question)
            judge = judge or self._judge(question, len(columns))
            with without_words():
                verdicts = [judge.verdict(each) for each in zip(*columns, strict=True)]
            found += verdicts.count(QUESTIONS[question])
        return found

    def rates(self, n: int, draws: int, questions: Sequence[str]) -> dict[str, float]:
        """Return how often each question had the answer that it asks for."""
        asked = [question for question in questions if question in self.claims]
        return {question: self.count(question, n, draws) / draws for question in asked}

    def _judge(self, question: str, columns: int) -> Judge:
        about = self.claims[question]
        return Judge(about, self.world.kind, columns, steps=self.world.steps)


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
        if world.name in ("count", "all equal, fixed"):
            yield _exactly(world)
    yield from (_trend(name) for name in NOISE)


def _one(world: World) -> Drawn:
    return lambda rng, shape, _: [world.draw(rng, shape)]


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


def _alike(world: World) -> Drawn:
    return lambda rng, shape, _: [world.draw(rng, shape), world.draw(rng, shape)]


def _pair(world: World) -> Drawn:
    """Two cases whose difference is the world's number: they share what a seed decides."""

    def draw(rng: np.random.Generator, shape: tuple[int, int], _: str) -> Sequence[Floats]:
        shared = rng.exponential(5.0, shape)
        return [shared + world.draw(rng, shape), shared]

    return _alike(world) if world.kind in SHARES else draw


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

    def draw(rng: np.random.Generator, shape: tuple[int, int], _: str) -> Sequence[Floats]:
        shared, number = 1.0 + rng.exponential(1.0, shape), world.draw(rng, shape)
        return [shared * (np.exp(number) if real else number), shared]

    claims = {
        "edge": _about({"of": "ratio", "at_least": m * (1 - 1e-7)}, compare=PAIR),
        "beyond": _about({"of": "ratio", "at_least": m * (1 + 1e-7)}, compare=PAIR),
        "true": _about({"of": "ratio", "at_least": m / 20}, compare=PAIR),
        "false": _about({"of": "ratio", "at_least": m * 20}, compare=PAIR),
    }
    return Trial("ratio", world, claims, _alike(world) if world.kind in SHARES else draw)


def _orders(world: World) -> Iterator[Trial]:
    """A is no better than B where A - B has its middle at 0; best of three likewise."""
    questions = dict.fromkeys(QUESTIONS, claim(compare=PAIR))
    yield Trial("better", world, questions, _contest(world))
    if world.kind not in SHARES:
        best = dict.fromkeys(QUESTIONS, _about({"best": ON_FIRST}))
        yield Trial("best", world, best, _three(world))


def _contest(world: World) -> Drawn:
    alike = world.kind in SHARES or world.atoms
    level = 0.0 if alike else world.middle
    shifts = {"edge": 0.0, "beyond": 0.0, "true": 3.0, "false": -3.0}

    def draw(rng: np.random.Generator, shape: tuple[int, int], question: str) -> Sequence[Floats]:
        shift = shifts[question] * world.width
        if world.kind in SHARES and shift:
            return [np.full(shape, float(shift > 0)), np.full(shape, float(shift < 0))]
        a, b = (_alike if alike else _pair)(world)(rng, shape, question)
        return [a - level + shift, b]

    return draw


def _three(world: World) -> Drawn:
    """Two rivals: both like the winner where nothing is to be found, else one far behind."""
    pair, alike = _contest(world), world.atoms

    def draw(rng: np.random.Generator, shape: tuple[int, int], question: str) -> Sequence[Floats]:
        first, second = pair(rng, shape, question)
        if question != "edge":
            return [first, second, second - 5.0 * world.width]
        # it shares with the other two what a seed decides
        more = world.draw(rng, shape)
        return [first, second, more if alike else second + more - world.middle]

    return draw


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


def _trend(name: str) -> Trial:
    world, drawn = lines(name), points(name)
    middle, width = world.middle, world.width

    def draw(rng: np.random.Generator, shape: tuple[int, int], _: str) -> Sequence[Floats]:
        return list(np.moveaxis(drawn(rng, shape), -1, 0))

    bounds = {"edge": middle - 1e-3 * width, "beyond": middle + 1e-3 * width}
    bounds |= {"true": middle - 2 * width, "false": middle + 2 * width}
    claims = {q: _about({"slope_low": b}, along="x") for q, b in bounds.items()}
    return Trial("trend", world, claims, draw)
