"""Files and streams that fail, encodings that lack letters, text that looks like markup."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rich.table import Table
from rich.text import Text

from harness.cli import codes, streams
from harness.cli.console import Output, styled
from harness.errors import FileError

HOSTILE = "[/x] [bold]b[/] :smile: \x1b[2J\x07 \u202e torch; install claims-harness[torch]"
SHOWN = r"[/x] [bold]b[/] :smile: \x1b[2J\x07 \u202e torch; install claims-harness[torch]"


def encoded(monkeypatch, encoding):
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, write_through=True)
    monkeypatch.setattr(sys, "stdout", stream)
    streams.prepare()
    return stream


@pytest.mark.parametrize("where", ["line", "cell", "title", "heading", "styled"])
def test_text_is_shown_as_it_is(where, capsys):
    table = Table("a", title=HOSTILE if where == "title" else None)
    table.add_column(HOSTILE if where == "heading" else "b")
    table.add_row(
        HOSTILE if where == "cell" else "c", styled(HOSTILE if where == "styled" else "d")
    )
    Output().out.print(HOSTILE if where == "line" else table)
    out = capsys.readouterr().out
    assert "".join(SHOWN.split()) in "".join(out.split())
    assert "\x1b" not in out


@pytest.mark.parametrize("stream", ["out", "err"])
@pytest.mark.parametrize("width", [10, 40])
def test_lines_break_no_word(stream, width, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setattr("harness.cli.console.WIDE", width)
    text = "note: cannot write /a/path/that/is/longer/than/that: no space\n\n    left on device"
    getattr(Output(), stream).print(text)
    shown = getattr(capsys.readouterr(), stream)
    assert shown.split() == text.split()
    assert "\n\n    left" in shown
    assert all(len(line) <= width or " " not in line.strip() for line in shown.splitlines())


def test_text_that_nobody_cleaned_acts_as_little(capsys):
    Output().out.print(Text(HOSTILE))
    out = capsys.readouterr().out
    assert r"\x1b[2J" in out
    assert "\x1b" not in out


def test_no_color_is_plain_on_a_terminal(capsys, monkeypatch):
    for variables, given in (({"NO_COLOR": "yes, please"}, False), ({}, True)):
        with monkeypatch.context() as patched:
            patched.setenv("TERM", "xterm")
            patched.setattr(sys.stdout, "isatty", lambda: True)
            for name, value in variables.items():
                patched.setenv(name, value)
            Output(no_color=given).out.print(Text("x", style="bold red"))
        assert capsys.readouterr().out == "x\n"


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8", "latin-1", "cp437", "koi8-r"])
def test_every_encoding_takes_every_text_and_whole_json(encoding, monkeypatch):
    text = "5 \u2013 7 \u00d7 \u00e9 \u4f60 \U0001f600 \udc80"
    stream = encoded(monkeypatch, encoding)
    Output().out.print(text)
    Output(json_path="-").json({"text": text})
    shown, _, value = stream.buffer.getvalue().decode(encoding).partition("\n")
    assert "5 - 7 x" in shown or "5 \u2013 7 \u00d7" in shown or "5 - 7 \u00d7" in shown
    assert r"\udc80" in shown
    assert json.loads(value) == {"text": text.replace("\udc80", r"\udc80")}


def test_json_in_a_file_is_utf8_and_spells_out_lone_surrogates(tmp_path):
    Output(json_path=str(tmp_path / "x.json")).json({"a": "\u00e9 \udcff"})
    assert json.loads((tmp_path / "x.json").read_text("utf-8")) == {"a": "\u00e9 " + r"\udcff"}


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("missing/x.json", "no such file or directory; make the folder first"),
        ("file/x.json", "not a directory; a part of the path is a file"),
        (".", "is a directory; it is a folder where a file must be"),
        ("a" * 300, "file name too long; name a shorter path"),
    ],
)
def test_a_place_for_json_that_is_none_is_told_before_anything_is_done(harness, path, words):
    (harness.folder / "file").write_text("x")
    code, out, err = harness("run", "--json", path)
    assert code == codes.FILE_FAILED
    assert f"harness: cannot write the JSON {path}: {words}" in err
    assert not out
    assert not (harness.folder / "results").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run", "--results", "file"), "cannot write to the folder file: file exists"),
        (("run", "--results", "file/deep"), "cannot write to the folder file/deep: not a direc"),
        (("run", "--results", "a" * 300), "file name too long; name a shorter path"),
        (("claims", "--results", "a" * 300), "file name too long; name a shorter path"),
        (("history", "--history", "a" * 300), "file name too long; name a shorter path"),
        (("store", "check", "--results", "a" * 300), "file name too long; name a shorter path"),
    ],
)
def test_a_folder_that_is_none_is_one_line(harness, arguments, words):
    (harness.folder / "file").write_text("x")
    code, _, err = harness(*arguments)
    assert code == codes.FILE_FAILED
    assert words in err.splitlines()[-1]
    assert "Traceback" not in err


def test_reports_and_ledgers_that_cannot_be_written_are_one_line(harness):
    harness("run")
    (harness.folder / "file").write_text("x")
    for arguments, words in (
        (("report", "--out", "file"), "cannot write the page file/index.html: file exists"),
        (("claims", "--ledger", "file/x.md"), "cannot write the ledger file/x.md: file exists"),
        (("claims", "--json", "/dev/full"), "cannot write the JSON /dev/full: no space left"),
    ):
        code, _, err = harness(*arguments)
        assert code == codes.FILE_FAILED
        assert words in err
        assert err.count("\n") == 1


def test_json_is_written_before_a_terminal_that_fails(harness, monkeypatch):
    class Full(io.StringIO):
        def write(self, text):
            raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(sys, "stdout", Full())
        code, _, err = harness("list", "--json", "x.json")
    assert code == codes.FILE_FAILED
    assert "cannot write to the standard output: no space left on device" in err
    assert json.loads(Path("x.json").read_text())["suites"][0]["id"] == "tiny"


def test_a_stream_that_is_not_there_takes_everything(monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    streams.prepare()
    Output().out.print("x")
    assert streams.finish() is None


def test_a_disk_that_fills_during_a_run_ends_it_and_keeps_what_was_stored(harness, monkeypatch):
    from harness import lines

    write, calls = lines.write_all, []

    def filling(file, data):
        calls.append(data)
        if len(calls) == 5:  # an environment, what the records share and two of them fit
            file.write(data[:20])
            raise OSError(28, "No space left on device")
        write(file, data)

    with monkeypatch.context() as patched:
        patched.setattr(lines, "write_all", filling)
        code, _, err = harness("run", "-j", "1")
    assert code == codes.FILE_FAILED
    assert "tiny.jsonl: no space left on device; free some space" in err
    assert "Traceback" not in err
    code, out, _ = harness("run")
    assert code == codes.OK
    assert "2 done before" in out


def test_results_that_are_read_only_are_enough_when_all_is_done(harness, monkeypatch):
    harness("run")

    def refused(folder, option):
        raise FileError(f"cannot write to the folder {folder}: read-only file system")

    monkeypatch.setattr("harness.store.store.one_writer", refused)
    code, out, _ = harness("run")
    assert code == codes.OK
    assert "3 done before" in out
    code, _, err = harness("run", "--force")
    assert code == codes.FILE_FAILED
    assert "read-only file system" in err


def test_streams_of_a_process_that_fail_are_told_or_quiet(harness):
    full = os.open("/dev/full", os.O_WRONLY)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "harness", "list"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    finally:
        os.close(full)
    assert done.returncode == codes.FILE_FAILED
    assert done.stderr.count("\n") == 1
    assert "the standard output: no space left on device" in done.stderr
    reader, writer = os.pipe()
    os.close(reader)
    gone = subprocess.run(
        [sys.executable, "-m", "harness", "list"], stdout=writer, stderr=subprocess.PIPE, text=True
    )
    os.close(writer)
    assert (gone.returncode, gone.stderr) == (codes.READER_LEFT, "")


def test_brackets_on_the_command_line_are_shown(harness):
    code, _, err = harness("run", "[/x]")
    assert code == codes.USAGE
    assert "unknown suite '[/x]'" in err
    code, _, err = harness("run", "--profile", "[/x]")
    assert code == codes.USAGE
    assert "'[/x]'" in err


def test_two_runners_at_once_run_no_cell_twice(harness):
    harness.without_torch()
    command = [sys.executable, "-m", "harness", "run", "-q"]
    both = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    ended = [(one.communicate()[1], one.returncode) for one in both]
    for err, code in ended:
        assert code == 0 or (code == 1 and "another run is writing here" in err), err
    lines = (harness.folder / "results" / "local" / "tiny.jsonl").read_text().splitlines()
    cells = [json.loads(line)["cell"] for line in lines]
    assert len(cells) == len(set(cells)) == 3


def test_sigterm_ends_as_ctrl_c_does_with_the_code_of_shells(harness):
    harness.without_torch()
    slow = "import time\ndef cell(context):\n    time.sleep(600)\n"
    (harness.folder / "slow.py").write_text(slow)
    text = harness.suite.read_text().replace("[grid]", '[grid]\nexperiment = ["slow:cell"]')
    harness.suite.write_text(text.replace('metric = "test_accuracy"', 'metric = "diverged"'))
    done = subprocess.Popen(
        [sys.executable, "-m", "harness", "run"], stderr=subprocess.PIPE, text=True
    )
    while "3 cells of 1 suite to run" not in done.stderr.readline():
        assert done.poll() is None
    time.sleep(0.2)
    done.send_signal(signal.SIGTERM)
    _, err = done.communicate(timeout=250)
    assert done.returncode == codes.TERMINATED == 143
    assert err.splitlines()[-1] == "harness: interrupted; what was finished is stored"
    assert "Traceback" not in err


def test_a_folder_of_data_of_nobody_and_a_data_set_that_is_absent_are_told(harness):
    code, _, err = harness("data", "verify", "mnist", "--data", "~nosuchuser/x")
    assert code == codes.FILE_FAILED
    assert "Get it with `harness data get mnist`" in err


def test_a_current_folder_that_is_gone_is_told(harness, monkeypatch, tmp_path):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    code, _, err = harness("data", "list", "--data", "here")
    assert code == codes.FILE_FAILED
    assert err == "harness: cannot work in the current folder: it is gone; change to another (cd)\n"
