"""Two implementations of one suite, from the command line."""

import json

import pytest
from suite_texts import SEARCH, sources_text, write_suite

from harness.cli.app import run_main


@pytest.fixture
def compare(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "suites").mkdir()
    write_suite(tmp_path / "suites", SEARCH.replace("[10, 20]", "[20]"), "search")
    (tmp_path / "suites" / "sources.toml").write_text(sources_text())

    def call(*arguments):
        capfd.readouterr()
        code = run_main(["compare", *arguments])
        captured = capfd.readouterr()
        return code, captured.out, captured.err

    return call


def test_a_slower_implementation_is_told_by_how_much(compare, looks, tmp_path):
    looks(3)  # every one starts two processes; what ten decide, the tests of the gate show
    sides = ("implementation=no_loop", "implementation=two_loops")
    code, out, _ = compare("search", *sides, "--paired", "--json", "out.json")
    result = json.loads((tmp_path / "out.json").read_text())
    times = [d for d in result["decisions"] if d["quantity"] == "time"]
    assert [(d["case"], d["pairs"]) for d in times] == [("search", 3)]
    assert times[0]["ratio"] > 2
    assert code == 0
    assert "implementation=no_loop" in out


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("search", "a=1", "a=2"), 2, ["must be given --paired"]),
        (("search", "a", "a=2", "--paired"), 2, ["axes with values", "'a'"]),
        (
            ("search", "n_test=20", "backend=numpy", "--paired"),
            2,
            ["same axes", "n_test and backend"],
        ),
        (
            ("search", "implementation=no_lop", "implementation=two_loops", "--paired"),
            2,
            ["search: unknown implementation of the suite 'no_lop'. Did you mean 'no_loop'?"],
        ),
        (
            ("search", "backend=numpy,backend=torch", "backend=torch", "--paired"),
            2,
            ["every axis once"],
        ),
        (("search", "bakend=numpy", "bakend=torch", "--paired"), 2, ["Did you mean 'backend'?"]),
        (("search", "backend=tensorflow", "backend=torch", "--paired"), 2, ["'tensorflow'"]),
        (("serach", "n_test=10", "n_test=20", "--paired"), 2, ["Did you mean 'search'?"]),
        (("search", "device=mps", "device=cuda", "--paired"), 5, ["must be a benchmark"]),
    ],
)
def test_bad_input_has_a_message_and_a_code(compare, arguments, code, words):
    found, _, err = compare(*arguments)
    assert found == code
    assert all(word in err for word in words), err


def test_a_suite_that_is_not_valid_is_told_by_line(compare, tmp_path):
    path = tmp_path / "suites" / "search.toml"
    path.write_text(path.read_text().replace("n_neighbors = [5]", "n_neighbors = [0]"))
    code, _, err = compare("search", "n_test=10", "n_test=20", "--paired")
    assert code == 2
    assert "search.toml:" in err
