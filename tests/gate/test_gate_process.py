"""One side's process: its variables, its line, its end."""

import os
import sys
import time
from pathlib import Path

import pytest

from harness.gate.process import AGENT, THREADS, Command, SideProcess

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
