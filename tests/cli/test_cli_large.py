"""A page of a large store, whose suites are shown one by one, is the page of any other."""

from pathlib import Path

from harness.cli import codes
from harness.store import files


def test_the_suites_of_a_large_store_are_judged_and_shown_one_by_one(harness, monkeypatch):
    other = harness.suite.read_text().replace('id = "tiny"', 'id = "other"', 1)
    (harness.suite.parent / "other.toml").write_text(other)
    harness("run", "-j", "1")
    pages, verdicts = [], []
    for most in (files.LARGE, 0):
        monkeypatch.setattr(files, "LARGE", most)
        assert files.is_large(Path("results/local")) == (most == 0)
        assert harness("report", "--out", str(most))[0] == codes.OK
        pages.append(Path(str(most), "index.html").read_text(encoding="utf-8"))
        verdicts.append(harness("claims", "--json", "-")[1])
    assert pages[0] == pages[1]
    assert verdicts[0] == verdicts[1]
