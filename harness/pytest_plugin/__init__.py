"""Claims as tests: ``pytest --claims`` judges every claim of the project from stored records.

pytest imports this module in every run, so it imports nothing of ours until it is asked to.
"""

from __future__ import annotations

from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("claims", "numbers under test (claims-harness)")
    group.addoption(
        "--claims",
        action="store_true",
        help="collect the claims of the project's suites, or of suite files that are named",
    )
    group.addoption(
        "--claims-strict", action="store_true", help="fail claims that are inconclusive"
    )
    group.addoption(
        "--claims-suites", metavar="DIR", type=Path, help="folder of suite files [suites]"
    )
    group.addoption(
        "--claims-results", metavar="DIR", type=Path, help="folder of records [results/local]"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Load the rest where it is asked for."""
    if config.getoption("--claims"):
        from harness.pytest_plugin.items import Claims

        config.pluginmanager.register(Claims(config), "harness.claims")
