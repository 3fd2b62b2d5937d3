"""``paired``: differences between two selections at equal seeds."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from harness.config.claim import Where
from harness.errors import NothingMeasured
from harness.figures import guides
from harness.figures.canvas import WIDTH, format_axis, one_axes
from harness.figures.claimed import make_room
from harness.figures.drawing import Drawing, Numbers, Place, Request
from harness.figures.estimate import Estimate, has, over_pairs, scalar
from harness.figures.labels import in_words, setting
from harness.figures.points import errors
from harness.figures.select import Group, groups, matches, settings
from harness.figures.theme import MARKERS
from harness.numerals import tick
from harness.types import Record

PINNED = ("backend", "device", "machine")
SPREAD = 0.16
LABEL = 16
"""Characters of a line of a label: that of two machines must leave room for the axes."""
LINE = 0.22
"""Inches of such a line."""


@dataclass(frozen=True)
class Track:
    """Paired differences of one backend on one device, by seed."""

    label: str
    colour: int
    seeds: tuple[int, ...]
    differences: tuple[float, ...]
    estimate: Estimate


def paired(request: Request) -> Drawing:
    """Draw the difference better - than at every shared seed, its middle and 95 % interval."""
    tracks = tracks_of(request)
    lines = max(len(_broken(track.label)) for track in tracks)
    drawn, axes = one_axes(WIDTH, 1.6 + max(0.75, LINE * lines) * len(tracks))
    axes.axvline(0.0, color=request.theme.muted, linewidth=1.2, linestyle=(0, (4, 3)))
    for index, track in enumerate(tracks):
        colour = request.theme.colour(track.colour)
        _draw(axes, track, -float(index), colour, MARKERS[index % 5])
    _dress(axes, request, tracks)
    guides.draw_theory(axes, request, flipped=True)
    make_room(axes.xaxis, request)
    middle = tracks[0].estimate.middle
    note = f"Small marks: one seed each. Large mark and bar: {middle} and 95 % interval."
    numbers = _numbers(request, tracks)
    return Drawing(drawn, _alt(request, tracks), numbers, note, Place(axes, "x"))


def tracks_of(request: Request) -> tuple[Track, ...]:
    """Pair the two selections of the figure by seed, within backend, device and machine.

    Raises
    ------
    NothingMeasured
        If the figure compares nothing, no seed is shared, or a selection is ambiguous.
    """
    compare, metric = request.figure.compare, request.figure.y
    if compare is None:
        raise NothingMeasured("a paired figure needs compare = { better = ..., than = ... }")
    where, holding = request.figure.where, [r for r in request.records if has(r, metric)]
    better = [r for r in holding if matches(r, {**where, **compare.better})]
    than = [r for r in holding if matches(r, {**where, **compare.than})]
    named = compare.better.keys() | compare.than.keys()
    every = groups(better, request.archive, words=request.words)
    found = [_track(request, group, than, named) for group in every]
    tracks = tuple(track for track in found if track)
    if not tracks:
        raise NothingMeasured(
            f"no seed was measured on both sides of {words(compare.better, request)} and "
            f"{words(compare.than, request)}"
        )
    return tracks


def _track(request: Request, group: Group, than: Sequence[Record], named: set[str]) -> Track | None:
    """Return the differences of one group, None when it shares no seed with the other side."""
    pinned = [name for name in (*PINNED, *dict(group.rest)) if name not in named]
    mine = settings(group.records[0], request.archive)
    rivals: dict[int, list[Record]] = {}
    for record in than:
        theirs = settings(record, request.archive)
        if all(theirs.get(name) == mine.get(name) for name in pinned):
            rivals.setdefault(record.seed, []).append(record)
    pairs = [
        (record, _only(rivals[record.seed])) for record in group.records if record.seed in rivals
    ]
    if not pairs:
        return None
    metric = request.figure.y
    left, right = (
        [scalar(record, metric, request.archive) for record in side]
        for side in zip(*pairs, strict=True)
    )
    alone = (in_words(mine[name], name) for name in PINNED[:2] if name in mine)
    label = group.label or ", ".join(alone)
    return Track(
        label,
        group.hue_index,
        tuple(r.seed for r, _ in pairs),
        tuple(a - b for a, b in zip(left, right, strict=True)),
        over_pairs(left, right, request.kind(pairs[0][0], metric)),
    )


def _only(records: Sequence[Record]) -> Record:
    if len(records) > 1:
        raise NothingMeasured(
            f"compare.than must leave one case for each seed, got {len(records)} instead; "
            "name more axes in it, or in where"
        )
    return records[0]


def _sides(request: Request) -> str:
    """Return both selections in words: ``Adam minus SGD``."""
    compare = request.figure.compare
    return (
        f"{words(compare.better, request)} minus {words(compare.than, request)}" if compare else ""
    )


def words(selection: Where, request: Request) -> str:
    """Return a selection in words: ``adam, learning rate 0.001``."""
    return ", ".join(setting(name, value, request.words) for name, value in selection.items())


def _unit(request: Request) -> str:
    unit = request.unit
    return "points" if unit == "fraction" else unit


def _draw(axes: Axes, track: Track, row: float, colour: str, marker: str) -> None:
    finite = [value for value in track.differences if math.isfinite(value)]
    heights = row + np.linspace(SPREAD, -SPREAD, len(finite)) + 0.16 if len(finite) > 1 else [row]
    axes.plot(
        finite, heights, linestyle="none", marker=marker, markersize=4.5, color=colour, alpha=0.65
    )
    if not math.isfinite(track.estimate.value):
        return
    below, above = errors([track.estimate])
    axes.errorbar(
        [track.estimate.value],
        [row - 0.22],
        xerr=(below, above),
        fmt=marker,
        markersize=8.5,
        color=colour,
        elinewidth=2.2,
        capsize=4.5,
    )


def _dress(axes: Axes, request: Request, tracks: Sequence[Track]) -> None:
    sides = _sides(request)
    values = [value for track in tracks for value in track.differences]
    format_axis(axes.xaxis, values, unit=_unit(request), log=False)
    points = ", points" if _unit(request) == "points" else ""
    if points:  # said once, beside the axis
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: tick(100.0 * value)))
    axes.set_xlabel(f"{request.axis_title(request.figure.y)}{points}:\n{sides}")
    labels = ["\n".join(_broken(track.label)) for track in tracks]
    axes.set_yticks([-float(i) for i in range(len(tracks))], labels)
    axes.set_ylim(-len(tracks) + 0.45, 0.55)
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")
    axes.spines["left"].set_visible(False)
    axes.locator_params(axis="x", nbins=4)


def _broken(label: str) -> list[str]:
    return textwrap.wrap(label, LABEL, break_long_words=False) or [""]


def _alt(request: Request, tracks: Sequence[Track]) -> str:
    sides = _sides(request)
    differences = "; ".join(
        f"{track.label}: {track.estimate.text(_unit(request))} over {track.estimate.counted}, "
        f"above zero in {sum(value > 0 for value in track.differences)}"
        for track in tracks
    )
    return f"Paired differences of {request.title(request.figure.y)}, {sides}. {differences}."


def _numbers(request: Request, tracks: Sequence[Track]) -> Numbers:
    rows = tuple(
        (
            track.label,
            track.estimate.text(_unit(request)),
            str(sum(value > 0 for value in track.differences)),
            str(sum(value < 0 for value in track.differences)),
            track.estimate.counted,
        )
        for track in tracks
    )
    return Numbers(
        (
            "Group",
            f"{tracks[0].estimate.middle.capitalize()} difference",
            "Seeds above 0",
            "Seeds below 0",
            "n",
        ),
        rows,
    )
