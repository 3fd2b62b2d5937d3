"""Stored records written for other programs."""

import json
import signal
import subprocess
import sys

import pandas as pd
import pytest

from harness.cli import codes


def test_a_store_is_written_in_several_forms_at_once(harness):
    harness("run")
    crate = ("--crate", "crate", "--license", "MIT")
    code, out, _ = harness("export", "tiny", "--csv", "x.csv", "--parquet", "x.parquet", *crate)
    assert code == codes.OK
    assert out.splitlines() == ["x.csv: 3 records", "x.parquet: 3 records", "crate: 3 records"]
    one, other = pd.read_csv("x.csv"), pd.read_parquet("x.parquet")
    assert list(one["test_accuracy"]) == list(other["test_accuracy"])
    told = json.loads((harness.folder / "crate" / "ro-crate-metadata.json").read_text())
    assert told["@graph"][1]["mentions"] == {"@id": "#run-tiny"}
    assert told["@graph"][1]["license"] == {"@id": "https://spdx.org/licenses/MIT"}


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((), codes.USAGE, "a form must be given"),
        (("--crate", "c"), codes.USAGE, "--crate must be given with --license"),
        (
            ("--crate", "c", "--license", "do what you like"),
            codes.USAGE,
            "--license must be a URL or one SPDX identifier, such as CC-BY-4.0, got 'do what",
        ),
        (("--csv", "-"), codes.USAGE, "a form must be given a path, got -"),
        (("--csv", "x.csv"), codes.NOTHING_MEASURED, "no record under results/local"),
    ],
)
def test_what_cannot_be_written_is_told(harness, arguments, code, words):
    found, _, err = harness("export", *arguments)
    assert found == code
    assert words in err
    assert err.count("\n") == 1


def limited():
    import resource  # which Windows has not

    resource.setrlimit(resource.RLIMIT_FSIZE, (100, resource.RLIM_INFINITY))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of files")
def test_what_cannot_be_written_whole_leaves_what_was_there(harness):
    harness("run")
    forms = {"csv": "x.csv", "parquet": "x.parquet", "crate": "crate"}
    for form, name in forms.items():
        more = ("--license", "mit") if form == "crate" else ()
        arguments = ["export", f"--{form}", name, *more]
        assert harness(*arguments)[0] == codes.OK
        before = {path: path.read_bytes() for path in written(harness.folder)}
        command = [sys.executable, "-B", "-m", "harness", *arguments]  # -B: nothing else is cut
        done = subprocess.run(command, preexec_fn=limited, capture_output=True, text=True)
        assert (done.returncode, done.stdout) == (codes.FILE_FAILED, ""), done.stderr
        assert "file too large; raise the limit on the size of files" in done.stderr
        assert {path: path.read_bytes() for path in written(harness.folder)} == before


def written(folder):
    return [path for path in folder.rglob("*") if path.is_file() and "results" not in path.parts]
