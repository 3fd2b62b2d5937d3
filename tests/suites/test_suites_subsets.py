"""A verdict does not depend on which other suites are named, nor does its q-value."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.workspace.suites import open_workspace
from harness.workspace.verdicts import judged, with_q_values

HERE = Path(__file__).parents[2]
SUITES = HERE / "suites"
SMALL = ("knn-scaling", "xor", "zero-grad", "two-layer-net", "svm-tuning", "mnist-optimizers")


@pytest.fixture(scope="module")
def every(verdicts):
    return {(v.suite, v.claim): v for v in verdicts}


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sets(st.sampled_from(SMALL), min_size=1, max_size=3))
def test_any_subset_gives_each_claim_the_same_verdict(every, library, names) -> None:
    workspace = open_workspace(sorted(names), SUITES)
    for verdict in judged(workspace, library):
        whole = every[verdict.suite, verdict.claim]
        assert verdict.verdict == whole.verdict
        assert verdict.reason == whole.reason


def test_q_values_are_those_of_the_whole_folder(every, library) -> None:
    workspace = open_workspace(["xor"], SUITES)
    found = with_q_values(judged(workspace, library), workspace, library)
    assert [v.q for v in found] == [every[v.suite, v.claim].q for v in found]
    assert any(v.q is not None for v in found)
