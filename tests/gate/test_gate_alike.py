"""Equal versions of what neither side has chosen; pip and interpreters are stood in for."""

from pathlib import Path

import pytest

from harness.errors import SideBroken
from harness.gate.sides import interpreters
from harness.gate.sides.alike import conflict, differences, together
from harness.gate.sides.interpreters import Package
from harness.gate.values import Difference

NEWEST = {"pytest": 92, "pytest-benchmark": 53, "attrs": 25}
TOOLS = ("pytest", "pytest-benchmark")


class Index:
    """Gives every side the newest versions that it allows, and refuses what cannot be."""

    def __init__(self, monkeypatch, base=None, head=None):
        self.limits = {"base": base or {}, "head": head or {}}
        self.made = []
        self.got = {}
        monkeypatch.setattr(interpreters, "packages", lambda python, tools: self.got[python])

    def make(self, side, held):
        asked = dict(one.split("==") for one in held)
        found = {}
        for name, newest in NEWEST.items():
            allowed = self.limits[side].get(name, range(newest + 1))
            version = int(asked.get(name, max(allowed)))
            if version not in allowed:
                raise SideBroken(side, "ERROR: ResolutionImpossible: for help visit ...")
            found[name] = Package(str(version), name in TOOLS, local=False)
        python = Path(f"/{side}/{len(self.made)}")
        self.made.append((side, tuple(held)))
        self.got[python] = {
            **found,
            "pip": Package("1", False, False),
            "p": Package("3", False, True),
        }
        return python

    def versions(self, pythons):
        return {
            side: {name: int(self.got[python][name].version) for name in NEWEST}
            for side, python in pythons.items()
        }


def test_the_second_side_gets_the_versions_of_the_first(monkeypatch):
    index = Index(monkeypatch, base={"pytest": range(92)})  # the base refuses the newest pytest
    found = together(index.make, ["p"])
    assert index.versions(found)["base"] == index.versions(found)["head"]
    assert differences(found, ["p"]) == ()
    assert index.made[1] == ("head", ("pytest==91", "pytest-benchmark==53"))


def test_the_first_side_gets_the_versions_of_the_second_where_only_that_does(monkeypatch):
    index = Index(monkeypatch, head={"pytest": range(90)})
    versions = index.versions(together(index.make, ["p"]))
    assert versions["base"] == versions["head"] == {**NEWEST, "pytest": 89}


def test_what_the_project_chose_differs_and_the_tools_do_not(monkeypatch):
    index = Index(monkeypatch, base={"attrs": [20], "pytest": range(92)}, head={"attrs": [24, 25]})
    found = together(index.make, ["p"])
    assert differences(found, ["p"]) == (Difference("attrs", "20", "25"),)


def test_sides_that_need_different_tools_get_them_and_it_is_said(monkeypatch):
    index = Index(monkeypatch, base={"pytest": [7]}, head={"pytest": [8, 9]})
    found = together(index.make, ["p"])
    assert differences(found, ["p"]) == (Difference("pytest", "7", "9"),)


def test_a_failure_that_is_no_conflict_is_not_tried_again(monkeypatch):
    tried = []

    def make(side, held):
        tried.append(side)
        if side == "head":
            raise SideBroken(side, "error: command 'gcc' failed")
        return index.make(side, held)

    index = Index(monkeypatch)
    with pytest.raises(SideBroken, match="gcc"):
        together(make, [])
    assert tried == ["base", "head"]


def test_the_project_itself_and_pip_are_no_difference(monkeypatch):
    got = {
        Path("/a"): {"p": Package("1", False, True), "pip": Package("1", False, False)},
        Path("/b"): {"p": Package("2", False, True), "new": Package("2", False, False)},
    }
    monkeypatch.setattr(interpreters, "packages", lambda python, tools: got[python])
    both = {"base": Path("/a"), "head": Path("/b")}
    assert differences(both, ["P"]) == (Difference("new", "", "2"),)
    assert differences(both, []) == (Difference("new", "", "2"),)
    assert differences(dict.fromkeys(both, Path("/a")), []) == ()


def test_conflicts_are_told_from_other_failures():
    assert conflict(SideBroken("head", "ERROR: No matching distribution found for a==1"))
    assert not conflict(SideBroken("head", "error: no compiler"))
