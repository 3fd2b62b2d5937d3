"""The command: what a run waits for is started before the command line is imported."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

import harness
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


INTERRUPTED = """
import importlib.abc, os, signal, sys
from harness.__main__ import main

class Interrupts(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == "harness.cli.app":
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupts())
sys.argv = ["harness", "list"]
main()
"""


def test_an_interrupt_before_all_is_imported_ends_the_command_without_a_traceback():
    ended = subprocess.run([sys.executable, "-c", INTERRUPTED], capture_output=True, text=True)
    assert (ended.returncode, ended.stdout, ended.stderr) == (-signal.SIGINT, "", "")


def test_who_ignores_interrupts_still_does():
    ignore = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
    code = ignore + INTERRUPTED.replace('"list"', '"--version"')
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (ended.returncode, ended.stdout) == (0, f"harness {harness.__version__}\n")


WHILE_A_VERB_IS_IMPORTED = """
import os, signal, sys
from harness.cli import app, codes

def interrupted():
    try:
        os.kill(os.getpid(), signal.SIGINT)
    except KeyboardInterrupt as error:
        raise {raised}

app.app = lambda arguments: interrupted()
sys.exit(app.run_main([]))
"""


@pytest.mark.parametrize(
    ("raised", "code", "said"),
    [
        ('RuntimeError("Error calling __set_name__") from error', 130, "harness: interrupted;"),
        ('TypeError("Error building: KeyboardInterrupt") from None', 130, "harness: interrupted;"),
        ('TypeError("a defect of ours")', 1, "Traceback (most recent call last)"),
    ],
)
def test_what_libraries_make_of_an_interrupt_is_one(raised, code, said):
    words = [sys.executable, "-c", WHILE_A_VERB_IS_IMPORTED.format(raised=raised)]
    ended = subprocess.run(words, capture_output=True, text=True, check=False)
    assert ended.returncode == code
    assert ended.stderr.startswith(said)


COLLECTED = """
import gc, sys
from harness import __main__
from harness.cli import verbs
loaded, seen = verbs.Lazy.load, []
verbs.Lazy.load = lambda self: (seen.append(gc.isenabled()), loaded(self))[1]
sys.argv = ["harness", "env"]
try:
    __main__.main()
finally:
    print(seen, gc.isenabled(), gc.get_freeze_count() > 10_000)
"""


def test_nothing_is_collected_until_a_verb_is_imported(tmp_path):
    words = [sys.executable, "-c", COLLECTED]
    ended = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.stdout.splitlines()[-1] == "[False] True True", ended.stderr


@pytest.fixture
def call(tmp_path):
    """Call the command in a project of one suite, whose function imports nothing."""

    def command(*words):
        # No folder of the command's own on the path, as for a script that is installed.
        code = "import sys; del sys.path[0]; from harness.__main__ import main; main()"
        given = [sys.executable, "-c", code, *words]
        return subprocess.run(given, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert command("init").returncode == 0
    bench = tmp_path / "bench" / "example.py"
    words = bench.read_text(encoding="utf-8").split('"""')[1]
    bench.write_text(f'"""{words}"""\ndef accuracy(seed): return 0.93\n')
    return command


SHADOWS = ("queue", "random", "selectors", "signal", "socket", "pydantic", "rich", "typer")


def test_files_of_a_project_are_not_taken_for_libraries_of_the_command(call, tmp_path):
    for name in SHADOWS:
        (tmp_path / f"{name}.py").write_text(f"raise OSError('the project has its own {name}')\n")
    for verb in ("check", "run", "claims"):
        ended = call(verb)
        assert ended.returncode == 0, ended.stderr
    assert "reproduced" in ended.stdout


CLOSED = """
import os, sys
from pathlib import Path
from harness import __main__
from harness.execute import client
where = Path(sys.argv.pop())
client.begin = lambda: where.write_text(str(os.open(os.devnull, os.O_RDONLY)))
os.closerange(0, 3)
__main__.main()
"""


def test_no_file_gets_the_number_of_a_standard_stream_that_is_closed(tmp_path):
    words = [sys.executable, "-c", CLOSED, "run", tmp_path / "number"]
    subprocess.run(words, cwd=tmp_path, check=False)
    assert int((tmp_path / "number").read_text()) > 2
