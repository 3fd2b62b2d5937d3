import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console
from suite_texts import NUMPY, load_suite, suite_text

from harness.cli.ending import Ending, fetchable, print_ending, program
from harness.datasets.dataset import Roots
from harness.plan.expand import expand
from harness.types import Verdict

NEIGHBOURS = suite_text(
    "neighbours",
    '[data]\ndataset = "cifar10"\n[knn]\nn_neighbors = [1]\n',
    NUMPY,
    experiment="knn",
    source=None,
)
ONE = Verdict("knn", "a", "q", "002 section 1", "97 %", "m", "value", "reproduced", "r")
PLAIN = Ending({"ok": 3}, 0, {}, (ONE,), (), Path("results/local"), None, 61.0)


def lines(ending, width=160):
    text = io.StringIO()
    print_ending(Console(file=text, width=width), ending)
    return text.getvalue().splitlines()


def test_a_good_run_is_a_few_lines():
    assert lines(PLAIN) == [
        "cells: 3 ok, in 1 min 1 s",
        "1 claim: 1 reproduced",
        "Records are in results/local. All claims, one by one:",
        "  $ harness claims",
    ]


def test_what_moved_comes_first_and_the_rest_is_counted():
    against = [replace(ONE, claim=f"c{i}", verdict="contradicted") for i in range(30)]
    known = replace(against[0], claim="known", expected="contradicted")
    moved = replace(ONE, claim="moved", expected="contradicted")
    told = lines(replace(PLAIN, verdicts=(known, *against, moved)))
    assert told[2] == (
        "  moved from contradicted to reproduced: knn/moved: published 97 %; measured -"
    )
    assert told[3] == "  contradicted: knn/c0: published 97 %; measured -"
    assert told[12] == "  and 22 more: harness claims"


def test_a_claim_that_every_run_left_unjudged_is_named_with_the_reason():
    idle = replace(ONE, verdict="not-run", reason="no record has a metric 'm'. Did you mean 'n'?")
    told = lines(replace(PLAIN, verdicts=(idle,)))
    assert told[2] == "  not-run: knn/a: no record has a metric 'm'. Did you mean 'n'?"
    for else_said in ({"counts": {"failed": 1}}, {"skipped": {"no GPU": 1}}, {"missing": ("x",)}):
        assert "not-run: knn/a" not in "".join(lines(replace(PLAIN, verdicts=(idle,), **else_said)))


def test_a_large_run_fits_on_a_screen():
    skipped = {f"reason {i} " + "word " * 60: i for i in range(20)}
    verdicts = [replace(ONE, claim=f"c{i}", verdict="contradicted") for i in range(900)]
    full = replace(
        PLAIN, skipped=skipped, verdicts=verdicts, missing=("mnist", "cifar10"), page=Path("p.html")
    )
    assert len(lines(full)) < 30


@pytest.mark.parametrize("width", [20, 36, 80])
def test_commands_and_the_page_are_never_broken(width, tmp_path):
    page = tmp_path / "a folder with spaces" / "index.html"
    told = lines(replace(PLAIN, missing=("mnist",), page=page), width)
    assert f"The page: {page}" in told
    assert "  $ harness data get mnist" in told


def test_the_page_has_an_absolute_path():
    (line,) = [t for t in lines(replace(PLAIN, page=Path("reports/index.html"))) if "page" in t]
    assert line == f"The page: {Path.cwd() / 'reports' / 'index.html'}"


def test_names_do_not_act_as_markup_or_control_codes():
    hostile = replace(ONE, claim="[/x]\x1b[2J", verdict="contradicted")
    told = "\n".join(lines(replace(PLAIN, verdicts=(hostile,))))
    assert r"knn/[/x]\x1b[2J" in told


def test_data_that_is_not_here_is_named_once_unless_another_stands_in(tmp_path):
    plan = expand(load_suite(tmp_path, NEIGHBOURS)).full
    roots = Roots(tmp_path / "data", tmp_path / "cache")
    assert fetchable([plan, plan], roots, {}) == ("cifar10",)
    assert fetchable([plan], roots, {"cifar10": "digits"}) == ()


def test_inside_nox_the_command_is_named_by_its_place(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", [str(tmp_path / ".nox/reproduce/bin/harness")])
    monkeypatch.delenv("NOX_CURRENT_SESSION", raising=False)
    assert program() == "harness"
    monkeypatch.setenv("NOX_CURRENT_SESSION", "reproduce")
    assert program() == str(Path(".nox/reproduce/bin/harness"))
