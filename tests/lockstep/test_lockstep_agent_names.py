"""Names of tests, as the agent says them."""

import sys

import pytest

from harness import words
from harness.lockstep.agent.harness_side.benchmarks import names


def test_names_are_made_plain_as_everywhere():
    every = "".join(map(chr, range(sys.maxunicode + 1)))
    assert names.plain(every) == words.plain(every)


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["t"], [True, True, True]),
        (["."], [True, True, True]),
        (["t/a.py::one"], [True, False, False]),
        (["./t/a.py::C"], [False, False, True]),
        (["t/a.py::two"], [False, True, False]),
        (["t/a.py::one", "t"], [True, True, True]),
        (["t/a.py::one", "t/b.py"], [True, False, False]),
    ],
)
def test_tests_are_asked_for_by_folder_file_or_name(paths, expected):
    found = ["t/a.py::one", "t/a.py::two[3]", "t/a.py::C::one"]
    assert [names.selected(name, paths) for name in found] == expected


def test_files_are_given_once_and_only_if_they_are_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.py").touch()
    assert names.files(["a.py::one", "a.py::two", "b.py", "."]) == ["a.py", "."]
