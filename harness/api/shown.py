"""Verdicts and figures, as a notebook shows them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import overload

from harness import claims as judging
from harness.api import given
from harness.api.given import Name
from harness.files import write_text
from harness.outlets import outcome
from harness.outlets.outcome import measured_by
from harness.report.marks import SIGNS
from harness.types import Interval, Verdict, VerdictName
from harness.words import plain, unknown

_HEADINGS = ("claim", "published", "measured", "verdict", "why")


@dataclass(frozen=True, repr=False)
class Judgement:
    """One claim and its verdict.

    Attributes
    ----------
    details : Verdict
        Everything that is known of the claim, as ``harness claims --json`` writes it.
    """

    details: Verdict

    @property
    def verdict(self) -> VerdictName:
        """``reproduced``, ``contradicted``, ``inconclusive``, ``not-run`` or ``not-comparable``."""
        return self.details.verdict

    @property
    def reason(self) -> str:
        """Why this is the verdict, in a sentence with the numbers."""
        return outcome.reason(self.details)

    @property
    def measured(self) -> float | None:
        """The estimate, in the unit of the metric; None when nothing was measured."""
        return self.details.findings[0].measured if self.details.findings else None

    @property
    def interval(self) -> Interval | None:
        """The 95 % interval of the estimate; None when there is none."""
        return self.details.findings[0].interval if self.details.findings else None

    @property
    def n(self) -> int:
        """The number of independent values that the estimate is made of."""
        return self.details.findings[0].n if self.details.findings else 0

    @property
    def name(self) -> str:
        """The name of the claim, ``"suite/claim"``."""
        return f"{self.details.suite}/{self.details.claim}"

    def __repr__(self) -> str:
        return plain(
            f"{self.verdict}: {self.details.metric} {measured_by(self.details)}: {self.reason}"
        )

    def _repr_html_(self) -> str:
        return _html([self.cells()[2:]], _HEADINGS[2:])

    def _repr_markdown_(self) -> str:
        return _markdown([self.cells()[2:]], _HEADINGS[2:])

    def cells(self) -> tuple[str, ...]:
        """Return the row of a table."""
        sign = f"{SIGNS[self.verdict]} {self.verdict}{' (moved)' if self.details.moved else ''}"
        return self.name, self.details.published, measured_by(self.details), sign, self.reason


@dataclass(frozen=True, repr=False)
class Judgements(Sequence[Judgement]):
    """A sequence of judgements, indexed by position, or by ``"claim"`` or ``"suite/claim"``.

    Attributes
    ----------
    items : tuple of Judgement
        In the order of the suites.
    cells : mapping of str to int
        How many cells of a run ended with each status, and how many were ``done`` before; empty if
        nothing was run.
    """

    items: tuple[Judgement, ...]
    cells: Mapping[str, int] = field(default_factory=dict)

    @overload
    def __getitem__(self, key: int | str) -> Judgement: ...
    @overload
    def __getitem__(self, key: slice) -> Judgements: ...

    def __getitem__(self, key: int | str | slice) -> Judgement | Judgements:
        if isinstance(key, slice):
            return Judgements(self.items[key], self.cells)
        return self._named(key) if isinstance(key, str) else self.items[key]

    def _named(self, name: str) -> Judgement:
        found = [one for one in self.items if name in (one.name, one.details.claim)]
        if len(found) != 1:
            known = {one.name for one in self.items}
            raise KeyError(
                unknown("claim", name, known) if not found else f"several named {name!r}"
            )
        return found[0]

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[Judgement]:
        return iter(self.items)

    @property
    def counts(self) -> dict[str, int]:
        """How many claims have each verdict."""
        return judging.counts([one.details for one in self.items])

    def __repr__(self) -> str:
        lines = [f"{one.name}: {one!r}" for one in self.items]
        told = ", ".join(f"{n} {name}" for name, n in self.counts.items() if n)
        return "\n".join([*lines, told or "no claims"])

    def _repr_html_(self) -> str:
        return _html([one.cells() for one in self.items], _HEADINGS)

    def _repr_markdown_(self) -> str:
        return _markdown([one.cells() for one in self.items], _HEADINGS)


def _html(rows: Sequence[Sequence[str]], headings: Sequence[str]) -> str:
    head = "".join(f"<th>{heading}</th>" for heading in headings)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(plain(cell))}</td>" for cell in row) + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _markdown(rows: Sequence[Sequence[str]], headings: Sequence[str]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    cells = [[plain(cell).replace("|", "\\|").replace("\n", " ") for cell in row] for row in lines]
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)


@dataclass(frozen=True, repr=False)
class Figure:
    """A figure of a suite.

    Attributes
    ----------
    svg : str
        The picture.
    alt : str
        The picture in words, with its key numbers.
    """

    svg: str
    alt: str

    def __repr__(self) -> str:
        return plain(self.alt)

    def _repr_svg_(self) -> str:
        return self.svg

    def save(self, path: Name) -> Path:
        """Write the picture as an SVG file; return its path."""
        written = given.path("path", path)
        write_text(written, self.svg, "write the figure")
        return written
