import contextlib
import os
import sys

import psutil
import pytest

from harness.errors import SideBroken, SideLate
from harness.gate.sides.installs import TERM, Deadline, cause, earlier, noted, pip, run

ANY_TIME = Deadline.after(None)


def python(code):
    return [sys.executable, "-c", code]


def ended(note):
    """Return whether the process whose number a file holds is gone, or soon is."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return not psutil.wait_procs([psutil.Process(int(note.read_text()))], timeout=300)[1]
    return True


def test_a_failure_has_command_exit_code_and_the_last_lines(tmp_path):
    code = "import sys; [print('line', n) for n in range(40)]; sys.exit('the end: ' + sys.argv[0])"
    with pytest.raises(SideBroken) as got:
        run("head", python(code), tmp_path, ANY_TIME)
    first, *lines = str(got.value).splitlines()
    assert got.value.side == "head"
    assert first.startswith(f"head: the end: -c: `{sys.executable} -c ")
    assert first.endswith("must succeed, and ended with exit code 1; its last lines:")
    assert len(lines) == 15
    assert {"line 39", "the end: -c"} <= set(lines)
    assert "line 25" not in lines


def test_a_silent_failure_says_so(tmp_path):
    with pytest.raises(SideBroken, match="exit code 7; it said nothing"):
        run("base", python("raise SystemExit(7)"), tmp_path, ANY_TIME)


def test_a_command_that_is_not_there_is_the_sides_problem(tmp_path):
    with pytest.raises(SideBroken, match="did not start"):
        run("base", [str(tmp_path / "none")], tmp_path, ANY_TIME)


def test_what_outlives_the_deadline_is_ended_with_all_it_started(tmp_path):
    child = "import time; time.sleep(600)"
    code = (
        "import subprocess, sys, time, pathlib\n"
        f"child = subprocess.Popen([sys.executable, '-c', {child!r}])\n"
        "pathlib.Path('pid').write_text(str(child.pid))\n"
        "print('compiling', flush=True)\n"
        "time.sleep(600)\n"
    )
    with pytest.raises(SideBroken, match=r"did not end within the 2 s that were left.*\ncompiling"):
        run("base", python(code), tmp_path, Deadline.after(2))
    assert ended(tmp_path / "pid")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux hands orphans over")
@pytest.mark.parametrize("code", [0, 3])
def test_what_an_installation_leaves_behind_ends_with_it(tmp_path, code):
    left = (
        "import subprocess, sys, pathlib\n"
        "child = subprocess.Popen(['sleep', '600'], start_new_session=True)\n"
        "pathlib.Path('pid').write_text(str(child.pid))\n"
        f"sys.exit({code})\n"
    )
    with pytest.raises(SideBroken) if code else contextlib.nullcontext():
        run("base", python(left), tmp_path, ANY_TIME)
    assert ended(tmp_path / "pid")


def test_a_deadline_is_for_all_steps_together(tmp_path):
    past = Deadline.after(1e-9)
    assert past.left() == 0.0
    with pytest.raises(SideBroken, match="did not end within"):
        run("base", python("import time; time.sleep(600)"), tmp_path, past)
    assert ANY_TIME.left() is None


def test_nothing_waits_for_an_answer_and_our_own_path_stays_out(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/ours")
    code = "import os, sys; assert not sys.stdin.read(); assert 'PYTHONPATH' not in os.environ"
    run("base", python(code), tmp_path, ANY_TIME)


def test_pip_is_not_mistaken_for_a_module_in_the_tree(tmp_path, monkeypatch):
    (tmp_path / "pip.py").write_text("raise SystemExit('not pip')", encoding="utf-8")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(SideBroken, match="No matching distribution found for no-such-package"):
        pip("base", sys.executable, ["no-such-package"], tmp_path, ANY_TIME)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("`pip` must succeed, and did not end within the 3 s that were left; its last lines:\nx",
         "did not end within the 3 s that were left"),
        ("`pip` must succeed, and ended with exit code 1; its last lines:\nERROR: no a\nhint",
         "ERROR: no a"),
        ("`pip` must succeed, and ended with exit code 1; its last lines:\none\n two", "two"),
        ("`pip` must succeed, and ended with exit code 1; it said nothing",
         "head: `pip` must succeed, and ended with exit code 1; it said nothing"),
    ],
)  # fmt: skip
def test_the_cause_of_a_failure_is_one_line(text, expected):
    assert cause(SideBroken("head", text)) == expected


def test_half_of_a_deadline_comes_first():
    whole = Deadline.after(100.0)
    assert 49 < whole.half().left() <= 50
    assert ANY_TIME.half() is ANY_TIME


def test_a_long_command_does_not_hide_how_it_ended(tmp_path):
    with pytest.raises(SideBroken) as got:
        run(
            "head",
            [*python("raise SystemExit(3)"), *("requirement" for _ in range(99))],
            tmp_path,
            ANY_TIME,
        )
    assert "…` must succeed, and ended with exit code 3" in str(got.value)
    assert len(str(got.value)) < 300


@pytest.fixture
def place(tmp_path):
    return tmp_path / "environments" / "x.failed.json"


def fail(place, error):
    with pytest.raises(SideBroken), noted(place):
        raise error


def test_a_failure_counts_under_the_same_settings_of_pip_for_its_term(place, monkeypatch):
    fail(place, SideBroken("head", "no compiler\nERROR: gcc"))
    assert earlier(place) == "no compiler\nERROR: gcc"
    monkeypatch.setenv("PIP_INDEX_URL", "https://secret@example.org")
    assert earlier(place) == ""
    fail(place, SideBroken("base", "still none"))
    assert earlier(place) == "still none"
    assert "secret" not in place.read_text()
    made = place.stat().st_mtime
    os.utime(place, (made - TERM, made - TERM))
    assert earlier(place) == ""


def test_that_the_time_ended_is_no_failure(place):
    fail(place, SideLate("head", "did not end within 3 s"))
    assert not place.exists()


def test_a_success_takes_the_note_away(place):
    fail(place, SideBroken("head", "no compiler"))
    with noted(place):
        pass
    assert not place.exists()
    with noted(place):  # nor is it an error that there is none
        pass


@pytest.mark.parametrize("text", ["", "[]", "{", '{"text": 1}', "\0"])
def test_a_note_that_is_none_counts_for_nothing(place, text):
    assert earlier(place) == ""
    place.parent.mkdir()
    place.write_text(text)
    assert earlier(place) == ""
