"""What pytest is to run: the benchmark tests that paths select, and its options.

Options are always given, overruled, or those by which tests are left out.
"""

from __future__ import annotations

import importlib.util
import os
import re
from collections.abc import Mapping, Sequence
from typing import Any

# As `harness.words.plain`, which must not be needed here.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
# Plugins that would run tests elsewhere, or slow them down, and the option that keeps each still.
STILL = {
    "xdist": ("-n0",),
    "pytest_cov": ("--no-cov",),
    "pytest_randomly": ("-p", "no:randomly"),
}
OPTIONS = (
    ("markexpr", "-m", "--option=-m="),
    ("keyword", "-k", "--option=-k="),
    ("deselect", "--deselect", "--option=-oaddopts="),  # a list: later ones only add to it
)
"""Options by which tests are left out: as pytest keeps them, as they are given, and what given to
the gate takes them back."""
OTHERWISE = (
    "benchmark_skip",
    "collectonly",
    "setuponly",
    "setupplan",
    "stepwise",
    "stepwise_skip",
    "lf",
)
"""Options of a project by which pytest would not measure all, and that have no option against."""


def plain(name: str) -> str:
    """Return a name with control codes and the bytes of a file name that is no text spelled out."""
    return _UNPRINTABLE.sub(lambda found: found[0].encode("unicode_escape").decode(), name)


def files(paths: Sequence[str]) -> list[str]:
    """Return the files and folders of paths that are there.

    pytest is given these and not the tests named in them: it would give up all paths over one test
    that this side does not have.
    """
    here = dict.fromkeys(path.split("::")[0] for path in paths)
    return [path for path in here if os.path.exists(path)]


def selected(nodeid: str, paths: Sequence[str]) -> bool:
    """Return whether paths select a test: its file or folder, or itself by name."""
    file = os.path.normpath(nodeid.split("::")[0])
    named, whole = [], []
    for path in paths:
        place, sign, rest = path.partition("::")
        if sign and os.path.normpath(place) == file:
            named.append(rest)
        elif not sign:
            whole.append(os.path.normpath(place))
    if not named or any(_holds(place, file) for place in whole):
        return True
    inside = nodeid.partition("::")[2]
    return any(inside == rest or inside.startswith((rest + "::", rest + "[")) for rest in named)


def _holds(place: str, file: str) -> bool:
    return place in (".", file) or file.startswith(place + os.sep)


def always() -> list[str]:
    """Return the options that every process of a side is given."""
    still = [option for name, options in STILL.items() if has(name) for option in options]
    return [
        "--rootdir=.",  # names of tests are from the top of the tree, settings or no settings
        "--benchmark-enable",
        "--benchmark-warmup=on",
        "--benchmark-warmup-iterations=5",  # calibration has done as many by then
        "--benchmark-timer=harness_side.turns.clock",
        "--maxfail=0",
        "--continue-on-collection-errors",
        *still,
    ]


def has(name: str) -> bool:
    """Return whether there is a module of a name, without loading it."""
    return importlib.util.find_spec(name) is not None


def overrule(config: Any) -> None:
    """Switch off what the project's own options say beside what to measure."""
    for name in OTHERWISE:
        if getattr(config.option, name, None):
            setattr(config.option, name, False)


def leaving_out(config: Any) -> dict[str, str]:
    """Return the options by which tests are left out, and what takes them back.

    Other means are hooks of the project.
    """
    given = [(flag, back, config.getoption(name, None)) for name, flag, back in OPTIONS]
    used = [(f"{flag} {value!r}", back) for flag, back, value in given if value]
    return {
        "deselected_by": " ".join(option for option, _ in used),
        "taken_back_by": " ".join(back for _, back in used),
    }


def shorten(item: Any, burst: Mapping[str, float]) -> None:
    """Let keywords of pytest-benchmark's mark hold for a test that does not say so itself."""
    import pytest

    mark = item.get_closest_marker("benchmark")
    args, own = (mark.args, mark.kwargs) if mark else ((), {})
    item.add_marker(pytest.mark.benchmark(*args, **{**burst, **own}), append=False)


def forget(config: Any) -> None:
    """Take from pytest-benchmark what it measured: its tables of that take half a second."""
    kept = getattr(getattr(config, "_benchmarksession", None), "benchmarks", None)
    if isinstance(kept, list):
        kept.clear()
