"""The command: what a run waits for is started before the command line is imported."""

from __future__ import annotations

import subprocess
import sys

import pytest

from harness.__main__ import runs_cells

STARTED = """
import sys
from harness import __main__
from harness.execute import client
sys.argv = ["harness", *sys.argv[1:]]
started = []
client.begin = lambda: started.append("harness.cli.app" in sys.modules)
try:
    __main__.main()
finally:
    print("begun" if started[:1] == [False] else "not begun")
"""


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["run"], True),
        (["run", "fits", "-j", "2"], True),
        (["run", "--help"], False),
        (["run", "fits", "-h"], False),
        (["run", "--cluster", "local:2"], False),
        (["run", "--cluster=local:2"], False),
        (["list"], False),
        (["--help"], False),
        ([], False),
    ],
)
def test_only_a_run_here_starts_a_server(words, expected):
    assert runs_cells(words) is expected


@pytest.mark.parametrize(("verb", "said"), [("run", "begun"), ("--version", "not begun")])
def test_it_is_started_before_the_command_line_is_imported(tmp_path, verb, said):
    words = [sys.executable, "-c", STARTED, verb]
    ended = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.stdout.splitlines()[-1] == said, ended.stderr
