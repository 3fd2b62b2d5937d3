"""Stored records written for other programs."""

import json

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
    assert told["@graph"][1]["mentions"] == [{"@id": "#run-tiny"}]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((), codes.USAGE, "a form must be given"),
        (("--crate", "c"), codes.USAGE, "--crate must be given with --license"),
        (("--csv", "-"), codes.USAGE, "a form must be given a path, got -"),
        (("--csv", "x.csv"), codes.NOTHING_MEASURED, "no record under results/local"),
    ],
)
def test_what_cannot_be_written_is_told(harness, arguments, code, words):
    found, _, err = harness("export", *arguments)
    assert found == code
    assert words in err
