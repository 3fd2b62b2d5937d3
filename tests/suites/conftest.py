"""This project's suites and reference, read and judged once for all tests of them."""

import sys
from pathlib import Path

import pytest

from harness.store.store import StoreFolder
from harness.workspace.suites import open_workspace
from harness.workspace.verdicts import judged, with_q_values

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
# the functions beside the suites name each other from the root of the project, as a cell does
shared = (HERE.parent / room for room in ("experiments", "plan"))
sys.path[:0] = [str(path) for path in (HERE, *shared, ROOT)]


@pytest.fixture(scope="session")
def workspace():
    return open_workspace([], ROOT / "suites")


@pytest.fixture(scope="session")
def plans(workspace):
    """The plans of every suite by its id."""
    return {plans.suite.id: plans for plans in workspace.plans}


@pytest.fixture(scope="session")
def library():
    return StoreFolder(ROOT / "results" / "reference")


@pytest.fixture(scope="session")
def verdicts(workspace, library):
    return with_q_values(judged(workspace, library), workspace, library)
