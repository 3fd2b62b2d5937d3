"""How often a verdict is wrong, and how often it is settled: worlds x rules x runs, by simulation.

``python tests/claims/error_rates.py --draws 2000 --md reports/error-rates.md`` (``nox -s rates``)
writes the table. A *world* is a distribution with the kind that an honest author would declare.
Every rule is asked four questions in it, each with a claim whose truth is known:

edge      the claim is just true: how often is it contradicted?
beyond    the claim is just false: how often is it reproduced?
true      the claim is true with room to spare: how often is it reproduced (power)?
false     the claim is false by a wide margin: how often is it contradicted (power)?

With ``--log PATH`` every count is appended to a file as soon as it is known, and what the file
has is not simulated again: a run that was interrupted goes on, and ``--only PATTERN`` does part of
it ("best: *", "*: normal"). Every count has random numbers of its own, so that the table is the
same however it was divided.
"""

from __future__ import annotations

import argparse
import fnmatch
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from error_trials import ERRORS, POWER, QUESTIONS, Trial, trials
from scipy import stats

NS = (2, 3, 5, 10, 30)
NOMINAL = 0.05
SURE = 0.05
"""The chance of calling any cell too high that is not."""


@dataclass(frozen=True)
class Count:
    """How often a question had the answer that it asks for.

    Attributes
    ----------
    trial, question : str
        What was asked where.
    n, draws : int
        Runs of a data set, and data sets.
    found : int
        Of so many of them.
    """

    trial: str
    question: str
    n: int
    draws: int
    found: int

    @property
    def rate(self) -> float:
        """The share."""
        return self.found / self.draws

    @property
    def p_nominal(self) -> float:
        """The p-value of "the true rate is nominal at most"."""
        return float(stats.binom.sf(self.found - 1, self.draws, NOMINAL))


Key = tuple[str, str, int]
Counts = Mapping[Key, Count]


def counted(log: Path | None) -> dict[Key, Count]:
    """Return what a log has; its last line may be torn."""
    if log is None or not log.exists():
        return {}
    lines = [line for line in log.read_text("utf-8").split("\n")[:-1] if line]
    found = [Count(**json.loads(line)) for line in lines]
    return {(c.trial, c.question, c.n): c for c in found}


def simulated(draws: int, only: str, known: Counts) -> Iterator[Count]:
    """Yield every count that is not known with as many draws."""
    for trial in trials():
        if not fnmatch.fnmatchcase(trial.name, only):
            continue
        for question in (q for q in QUESTIONS if q in trial.claims):
            wanted = draws if question in ERRORS else max(1, draws // 5)
            for n in NS:
                held = known.get((trial.name, question, n))
                if held is None or held.draws < wanted:
                    yield Count(trial.name, question, n, wanted, trial.count(question, n, wanted))


# -- the page ------------------------------------------------------------------------------------


def table(found: Counts, questions: Sequence[str]) -> str:
    """Return a table of the rates of two questions, in per cent."""
    head = "| rule | values | kind | " + " | ".join(f"n = {n}" for n in NS) + " |"
    ruler = "|---" * (3 + len(NS)) + "|"
    rows = [_row(trial, found, questions) for trial in trials()]
    return "\n".join([head, ruler, *(row for row in rows if row)])


def _row(trial: Trial, found: Counts, questions: Sequence[str]) -> str:
    """Return one line of a table; nothing where nothing was simulated."""
    cells = [[found.get((trial.name, q, n)) for q in questions] for n in NS]
    if not any(cell for pair in cells for cell in pair):
        return ""
    shown = " | ".join(" / ".join(map(_cell, pair)) for pair in cells)
    return f"| {trial.rule} | {trial.world.name} | {trial.world.kind} | {shown} |"


def _cell(count: Count | None) -> str:
    if count is None:
        return "-"
    percent = 100.0 * count.rate
    return f"{percent:.1f}" if 0.0 < percent < 10.0 else f"{percent:.0f}"


def too_high(found: Counts) -> list[Count]:
    """Return the counts of errors that no nominal rate explains, by Holm's procedure."""
    errors = sorted((c for c in found.values() if c.question in ERRORS), key=lambda c: c.p_nominal)
    left = len(errors)
    for i, count in enumerate(errors):
        if count.p_nominal > SURE / (left - i):
            return errors[:i]
    return errors


def above(found: Counts) -> str:
    """Say which cells lie above their level, and whether chance explains it."""
    errors = [c for c in found.values() if c.question in ERRORS]
    more = sum(c.rate > NOMINAL for c in errors)
    sure = too_high(found)
    explained = f"does not explain {len(sure)} of them" if sure else "explains all of them"
    first = (
        f"{more} of {len(errors):,} error rates are above 5 %, as about half of those are whose "
        f"true rate is 5 %. Chance {explained} (binomial tails against 5 %, with a chance of 5 % "
        "that any is named wrongly, Holm)"
    )
    lines = []
    for c in sorted(sure, key=lambda c: (c.trial, c.question, c.n)):
        it = stats.binomtest(c.found, c.draws).proportion_ci(0.95, "exact")
        wrong = QUESTIONS[c.question]
        lines.append(
            f"- {c.trial}, n = {c.n}: {wrong} in {100 * c.rate:.1f} % "
            f"(95 % interval {100 * it.low:.1f} to {100 * it.high:.1f})"
        )
    return "\n".join([first + (":" if lines else "."), *([""] if lines else []), *lines])


def page(found: Counts) -> str:
    """Return the page of all counts."""
    draws = sorted({c.draws for c in found.values() if c.question in ERRORS})
    power = sorted({c.draws for c in found.values() if c.question in POWER})
    return PAGE.format(
        draws=" or ".join(f"{n:,}" for n in draws),
        power_draws=" or ".join(f"{n:,}" for n in power),
        errors=table(found, ERRORS),
        above=above(found),
        power=table(found, POWER),
    )


PAGE = """# How often a verdict is wrong

Made by `nox -s rates`: {draws} simulated data sets a setting ({power_draws} for the power), with
claims of known truth. Per cent.

## Errors

Of a claim that is just true, how often it is *contradicted* / of one that is just false, how often
it is *reproduced*. Nominal: 5 / 5.

{errors}

{above}

## Power

Of a claim that is clearly true, how often it is *reproduced* / of one that is clearly false, how
often it is *contradicted*. The rest is `inconclusive`, which says what is missing.

{power}
"""


def main() -> None:
    """Simulate what is missing, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--only", default="*", metavar="PATTERN", help="trials")
    parser.add_argument("--log", type=Path, help="counts so far; what is there is not done again")
    parser.add_argument("--md", type=Path, help="where the page is written")
    options = parser.parse_args()
    found = counted(options.log)
    for count in simulated(options.draws, options.only, dict(found)):
        found[count.trial, count.question, count.n] = count
        line = json.dumps(asdict(count))
        print(line, flush=True)  # noqa: T201 - a program
        if options.log is not None:
            with options.log.open("a", encoding="utf-8") as file:
                file.write(line + "\n")
    if options.md is not None:
        options.md.write_text(page(found), "utf-8")


if __name__ == "__main__":
    main()
