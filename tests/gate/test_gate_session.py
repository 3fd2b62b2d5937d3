"""One run of the gate, with the measuring left out."""

import os

import pytest

from harness.gate import session
from harness.gate.rounds import Bench, SelectedCases
from harness.gate.sequential import SequentialTest
from harness.gate.session import Session
from harness.gate.settings import GateSettings
from harness.gate.values import Revision

EXACT, OTHER = "a.py::test_k[*]", "a.py::test_k[1]"


@pytest.fixture
def limits_of(tmp_path, monkeypatch):
    """Give the limits that a run of some cases goes by, and its notes."""

    def call(settings, *known):
        seen = {}

        def run(found, limits, journal):
            seen.update({case: limits.thresholds(case, "time") for case in known})
            return SequentialTest([], limits.thresholds), ""

        found = SelectedCases(dict.fromkeys(known, Bench({})), known=frozenset(known))
        monkeypatch.setattr(session, "find_cases", lambda *_: found)
        monkeypatch.setattr(session, "run", run)
        sides = [Revision(name, name, name) for name in ("base", "head")]
        one = Session.begin(
            *sides, settings, tmp_path, fresh=True, tell=lambda _: None, progress=None
        )
        return seen, one.measure([], {}).notes

    return call


def test_an_entry_of_an_exact_id_is_about_no_other_case(limits_of):
    entry = {"match": EXACT, "time": {"tolerance": "20%"}}
    settings = GateSettings.model_validate({"case": [entry]})
    limits, notes = limits_of(settings, EXACT, OTHER)
    assert {case: one.tolerance for case, one in limits.items()} == {EXACT: 0.20, OTHER: 0.05}
    assert notes == ()
    limits, _ = limits_of(settings, OTHER)
    assert limits[OTHER].tolerance == 0.20


def test_paths_with_no_benchmark_are_told(limits_of):
    settings = GateSettings.model_validate({"pytest": ["a.py", "b.py"]})
    assert limits_of(settings, EXACT)[1] == ("no benchmark in b.py on either side",)


def test_a_machine_that_forbids_choosing_a_processor_is_told(limits_of, monkeypatch):
    def forbidden(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "sched_setaffinity", forbidden)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})
    _, (note,) = limits_of(GateSettings(), EXACT)
    assert note.startswith("this machine forbids choosing a processor, and the two sides may have")
    assert note.endswith("(operation not permitted)")
    _, notes = limits_of(GateSettings(threads=2), EXACT)
    assert notes == ()  # there are no others to choose
