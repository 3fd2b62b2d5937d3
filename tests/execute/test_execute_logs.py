import json
import os

import pytest

from harness.execute import logs


def test_a_log_keeps_the_beginning_and_the_end(tmp_path, monkeypatch):
    monkeypatch.setattr(logs, "HEAD", 10)
    monkeypatch.setattr(logs, "TAIL", 10)
    log = logs.BoundedLog(tmp_path / "log")
    for number in range(100):
        log.add(f"{number:03}\n".encode())
    log.close()
    text = (tmp_path / "log").read_text()
    assert text.startswith("000\n001\n")
    assert text.endswith("098\n099\n")
    assert "bytes left out" in text
    kept = [line for line in text.splitlines() if "left out" not in line]
    left_out = int(text.partition("... ")[2].split()[0])
    assert len("\n".join(kept)) + left_out >= 390


def test_nothing_printed_makes_no_log(tmp_path):
    logs.BoundedLog(tmp_path / "log").close()
    assert not (tmp_path / "log").exists()


def test_little_is_kept_whole(tmp_path):
    log = logs.BoundedLog(tmp_path / "log")
    log.add(b"a\n")
    log.add(b"b\n")
    log.close()
    assert (tmp_path / "log").read_bytes() == b"a\nb\n"


def test_the_last_lines_are_quoted_as_text(tmp_path):
    path = tmp_path / "log"
    path.write_bytes(b"first\n\nsecond \x1b[31m\xff\r\nthird\n\n")
    assert logs.quoted("why", path) == (
        "why; it printed last: first | second \\x1b[31m\\xff | third"
    )
    path.write_text("x" * 100_000)
    assert len(logs.quoted("why", path)) < 400
    assert logs.quoted("why", tmp_path / "none") == "why"


def test_a_log_goes_in_place_of_the_one_before(tmp_path):
    new, kept = tmp_path / "log", tmp_path / "logs" / "cell.log"
    new.write_text("one")
    logs.keep(new, kept)
    assert kept.read_text() == "one"
    logs.keep(new, kept)
    assert not kept.exists(), "the cell ran again and printed nothing"


def test_only_the_newest_logs_are_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(logs, "MOST_LOGS", 3)
    monkeypatch.setattr(logs, "MOST_BYTES", 25)
    for number in range(6):
        path = tmp_path / f"{number}.log"
        path.write_text("x" * 10)
        os.utime(path, (number, number))
    logs.prune(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["4.log", "5.log"]


def caught(file, code):
    names = {}
    exec(compile(code, str(file), "exec"), names)  # noqa: S102 - as if it stood in that file
    with pytest.raises(Exception) as error:  # noqa: PT011 - whichever it is
        names["work"]()
    return error.value


def test_the_place_named_is_the_innermost_of_the_users_project(tmp_path):
    (tmp_path / "pyproject.toml").write_text("")
    error = caught(
        tmp_path / "bench/forest.py", "import json\n\ndef work():\n    json.loads('{')\n"
    )
    home = str(tmp_path / "suites")
    text = logs.reason(error, home)
    assert text.startswith("JSONDecodeError: ")
    assert text.endswith(" (bench/forest.py:4)")
    assert "decoder.py" in logs.trace(error)


def test_outside_every_project_the_innermost_place_is_named(tmp_path):
    with pytest.raises(json.JSONDecodeError) as error:
        json.loads("{")
    assert " (decoder.py:" in logs.reason(error.value, "")


def test_an_installed_library_in_the_project_is_not_the_users(tmp_path):
    (tmp_path / "pyproject.toml").write_text("")
    file = tmp_path / "venv/lib/site-packages/a.py"
    error = caught(file, "def work():\n    raise OSError\n")
    assert logs.reason(error, str(tmp_path)) == "OSError (a.py:2)"
