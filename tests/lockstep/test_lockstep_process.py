"""One side's process: its variables, its line, its end."""

import os
import sys
import time
from pathlib import Path

import pytest

from harness.lockstep.process import AGENT, THREADS, Command, SideProcess, available

TALK = """
import json, sys
print(json.dumps({"event": "hello", "protocol": PROTOCOL}), flush=True)
for line in sys.stdin:
    print(json.dumps({"event": "echo", "text": json.loads(line)["say"]}), flush=True)
"""


def talking(tmp_path, protocol=1):
    path = tmp_path / "talk.py"
    path.write_text(TALK.replace("PROTOCOL", str(protocol)))
    return Command((sys.executable, str(path)), tmp_path)


def test_libraries_are_pinned_and_the_sides_own_code_comes_first(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw0")
    monkeypatch.setenv("KEPT", "yes")
    command = Command(("python",), tmp_path, (tmp_path / "code",), {"MORE": "1"}, threads=2)
    found = command.environment(7)
    assert {found[name] for name in THREADS} == {"2"}
    assert found["PYTHONPATH"].split(os.pathsep) == [str(tmp_path / "code"), str(AGENT)]
    assert (found["PYTHONHASHSEED"], found["KEPT"], found["MORE"]) == ("7", "yes", "1")
    assert "PYTEST_XDIST_WORKER" not in found


@pytest.mark.skipif(len(available()) < 2, reason="there is but one processor to be on")
def test_a_side_is_kept_on_the_processors_of_its_round(tmp_path):
    code = """
import json, os, subprocess, sys
sys.stdin.readline()  # it may have begun before it was kept anywhere
mine, childs = os.sched_getaffinity(0), "import os; print(*os.sched_getaffinity(0))"
its = subprocess.run([sys.executable, "-c", childs], capture_output=True, text=True).stdout
print(json.dumps({"event": "found", "mine": list(mine), "its": its.split()}), flush=True)
sys.stdin.read()
"""
    last = available()[-1]
    with SideProcess(Command((sys.executable, "-c", code), tmp_path), on=frozenset({last})) as side:
        side.send(go=True)
        found = side.receive(30)
    assert (found["mine"], found["its"]) == ([last], [str(last)])


def test_a_processor_that_is_not_there_stops_nothing(tmp_path):
    with SideProcess(talking(tmp_path), on=frozenset({10**4})) as side:
        assert side.receive(30)["event"] == "hello"


def test_messages_go_both_ways(tmp_path):
    with SideProcess(talking(tmp_path)) as side:
        assert side.receive(30)["event"] == "hello"
        side.send(say="ü")
        assert side.receive(30) == {"event": "echo", "text": "ü"}


def test_another_protocol_is_an_error(tmp_path):
    with SideProcess(talking(tmp_path, protocol=99)) as side:
        message = side.receive(30)
    assert message["event"] == "error"
    assert "protocol 99" in message["text"]


def test_silence_is_told_from_death(tmp_path):
    with SideProcess(talking(tmp_path)) as side:
        side.receive(30)
        assert side.receive(0.1)["event"] == "silent"
        side.kill()
        message = side.receive(30)
    assert message["event"] == "died"
    assert "SIGKILL" in message["text"]


def test_last_words_are_kept(tmp_path):
    command = Command((sys.executable, "-c", "import sys; sys.exit('no such table')"), tmp_path)
    with SideProcess(command) as side:
        message = side.receive(30)
        side.send(say="hello")  # nobody is there, and nothing breaks
        assert side.receive(30)["event"] == "died"
    assert message["text"] == "its process ended with 1: no such table"


@pytest.mark.parametrize("line", ["rubbish", "[1]", "{}", "3", "[" * 5000, '{"text": 1}'])
def test_what_is_no_message_is_an_error_that_shows_it(tmp_path, line):
    path = tmp_path / "said"
    path.write_text(line + "\n")
    code = "import sys; print(open(sys.argv[1]).read(), flush=True); sys.stdin.read()"
    with SideProcess(Command((sys.executable, "-c", code, str(path)), tmp_path)) as side:
        message = side.receive(30)
    assert message["event"] == "error"
    assert message["text"].startswith("it wrote on the gate's line: ")
    assert line[:20] in message["text"]


def test_what_a_side_says_can_be_stored_and_shown(tmp_path):
    said = '{"event": "error", "text": "caf\\udce9\\u001b[2J", "names": ["a\\udce9", 1]}'
    with SideProcess(Command((sys.executable, "-c", f"print({said!r})"), tmp_path)) as side:
        message = side.receive(30)
    assert message == {"event": "error", "text": r"caf\udce9\x1b[2J", "names": [r"a\udce9", 1]}


def test_a_side_that_never_listens_is_not_waited_for(tmp_path):
    code = "import time; time.sleep(600)"
    with SideProcess(Command((sys.executable, "-c", code), tmp_path)) as side:
        side.send(names=["x" * 100] * 10_000)
        assert side.receive(0.1)["event"] == "silent"


def test_a_crash_is_named_by_its_first_line(tmp_path):
    code = "import faulthandler, os; faulthandler.enable(); os.abort()"
    with SideProcess(Command((sys.executable, "-c", code), tmp_path)) as side:
        text = side.receive(30)["text"]
    assert text == "its process was killed by SIGABRT: Fatal Python error: Aborted"


@pytest.mark.skipif(not Path("/proc").exists(), reason="looks at processes in /proc")
def test_nothing_is_left_behind(tmp_path):
    code = 'import subprocess, sys, time; p = subprocess.Popen([\'sleep\', \'60\']); print(\'{"event": "hello", "protocol": 1, "child": %d}\' % p.pid, flush=True); time.sleep(60)'  # noqa: E501
    with SideProcess(Command((sys.executable, "-c", code), tmp_path)) as side:
        child = side.receive(30)["child"]
        assert Path(f"/proc/{child}").exists()
    for _ in range(100):
        status = Path(f"/proc/{child}/stat")
        if not status.exists() or status.read_text().split()[2] == "Z":
            return
        time.sleep(0.05)
    raise AssertionError("the child of a killed side is still there")
