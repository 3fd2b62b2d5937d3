"""A page of suites that are judged and shown one by one is the page of any others."""

from pathlib import Path

import pytest

from harness.cli import codes
from harness.store import files
from harness.workspace import verdicts


@pytest.fixture
def two_suites(harness):
    other = harness.suite.read_text().replace('id = "tiny"', 'id = "other"', 1)
    (harness.suite.parent / "other.toml").write_text(other)
    harness("run", "-j", "1")


@pytest.mark.usefixtures("two_suites")
def test_many_suites_are_judged_and_shown_one_by_one(harness, monkeypatch):
    parts, pages = [], []
    divided = verdicts.parallel_map
    monkeypatch.setattr(
        verdicts, "parallel_map", lambda call, own: parts.append(len(own)) or divided(call, own)
    )
    for many in (3, 2):
        monkeypatch.setattr(verdicts, "MANY", many)
        assert harness("report", "--out", str(many))[0] == codes.OK
        pages.append([Path(str(many), name).read_bytes() for name in ("index.html", "summary.md")])
    assert pages[0] == pages[1]
    assert parts == [1, 1, 2, 1]  # of the suites named, and of all others: none


@pytest.mark.usefixtures("two_suites")
def test_the_suites_of_a_large_store_are_judged_and_shown_one_by_one(harness, monkeypatch):
    pages, found = [], []
    for most in (files.LARGE, 0):
        monkeypatch.setattr(files, "LARGE", most)
        assert files.is_large(Path("results/local")) == (most == 0)
        assert harness("report", "--out", str(most))[0] == codes.OK
        pages.append(Path(str(most), "index.html").read_text(encoding="utf-8"))
        found.append(harness("claims", "--json", "-")[1])
    assert pages[0] == pages[1]
    assert found[0] == found[1]
