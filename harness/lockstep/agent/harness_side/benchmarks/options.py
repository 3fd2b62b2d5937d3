"""Options of pytest: those always given, those overruled, those by which tests are left out."""

from __future__ import annotations

import importlib.util
from typing import Any

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
