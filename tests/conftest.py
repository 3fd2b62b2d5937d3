"""Property tests have no clock; without torch, the tests that need it are skipped."""

from __future__ import annotations

import importlib.util
import os
import signal
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from harness.errors import Skip

# A job in the background of a shell ignores Ctrl-C, and so would every process that tests start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Commands would annotate files for GitHub, beside what they say.
os.environ.pop("GITHUB_ACTIONS", None)

# How long an example takes says more about the machine than about the code.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

TORCH = ("torch", "torchvision")
ABSENT = [name for name in TORCH if importlib.util.find_spec(name) is None]
REASON = f"{' and '.join(ABSENT)} not installed"
# The engine stands without this project's own suites; tests/suites is about them.
collect_ignore = [] if Path(__file__).parents[1].joinpath("suites").is_dir() else ["suites"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what says that it needs torch: tests of commands, whose cells run elsewhere."""
    for item in items if ABSENT else ():
        if item.get_closest_marker("torch"):
            item.add_marker(pytest.mark.skip(reason=REASON))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Skip what ends because torch cannot be imported, where it is not installed."""
    report = yield
    if report.failed and call.excinfo is not None and _lacks_torch(call.excinfo.value):
        path, line, _ = item.location
        report.outcome, report.longrepr = "skipped", (path, line or 0, f"Skipped: {REASON}")
    return report


def _lacks_torch(error: BaseException) -> bool:
    return any(_says_absent(cause) for cause in _chain(error))


def _says_absent(error: BaseException) -> bool:
    if isinstance(error, ImportError):
        return error.name in ABSENT
    texts = [f"{name} is not installed" for name in ABSENT]  # as backends and data sets say it
    return isinstance(error, Skip) and any(text in str(error) for text in texts)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__
