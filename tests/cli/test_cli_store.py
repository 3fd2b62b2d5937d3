"""The store from the command line: checked, repaired, split, migrated, told apart from none."""

import json
from pathlib import Path

from harness.cli import codes
from harness.lines import sealed


def test_a_store_of_earlier_versions_is_split_by_suite(harness):
    harness("run")
    folder = harness.folder / "results" / "local"
    (folder / "tiny.jsonl").rename(folder / "records.jsonl")
    before = (folder / "records.jsonl").read_bytes()
    _, out, _ = harness("store", "check")
    assert "`harness store split` gives each its own file" in out
    _, out, _ = harness("run")
    assert "3 done before" in out
    code, out, _ = harness("store", "split")
    assert code == codes.OK
    assert "3 lines moved to the files of 1 suite" in out
    assert (folder / "tiny.jsonl").read_bytes() == before
    assert not (folder / "records.jsonl").exists()
    _, out, _ = harness("run")
    assert "3 done before" in out


def test_a_store_is_checked_and_repaired(harness):
    harness("run")
    path = harness.folder / "results" / "local" / "tiny.jsonl"
    assert harness("store", "check")[0] == codes.OK
    path.write_bytes(path.read_bytes().replace(b'"seed":1', b'"seed":7'))
    code, out, _ = harness("store", "check", "--json", "x.json")
    assert code == codes.HARNESS_FAILED
    lines = path.read_bytes().splitlines()  # in the order in which cells ended
    (changed,) = (number for number, line in enumerate(lines, 1) if b'"seed":7' in line)
    assert f"tiny.jsonl:{changed}: must be as it was written" in out
    (found,) = json.loads(Path("x.json").read_text())["stores"]
    assert found["faults"][0]["place"].endswith(f"tiny.jsonl:{changed}")
    for verb in ("run", "claims", "report"):
        code, _, err = harness(verb)
        assert code == codes.HARNESS_FAILED
        assert f"tiny.jsonl:{changed}: must be as it was written" in err
        assert "harness store repair" in err
    code, out, _ = harness("store", "repair")
    assert code == codes.OK
    assert "1 line set aside" in out
    _, out, _ = harness("run")
    assert "1 ok" in out
    assert "2 done before" in out
    assert harness("store", "check", "--results", "none")[0] == codes.NOTHING_MEASURED


def test_records_in_a_file_are_told_apart_from_no_records(harness):
    (harness.folder / "file").write_text("x")
    for verb in (("claims",), ("report",), ("store", "check")):
        code, _, err = harness(*verb, "--results", "file")
        assert code == codes.FILE_FAILED
        assert "cannot read the folder file: not a directory" in err


def test_a_store_of_an_older_format_is_migrated_and_a_newer_one_refused(harness):
    harness("run")
    path = harness.folder / "results" / "local" / "tiny.jsonl"
    _, out, _ = harness("store", "migrate")
    assert "0 lines of older formats written anew" in out
    path.write_bytes(path.read_bytes().replace(b'{"v":2,', b'{"v":3,'))
    whole = path.read_bytes().splitlines()[0].rpartition(b',"sha"')[0] + b"}"
    path.write_bytes(sealed(whole) + b"\n")
    for verb in (("run",), ("claims",), ("store", "check"), ("store", "repair")):
        code, _, err = harness(*verb)
        assert code == codes.HARNESS_FAILED
        assert "must be of format 2 at most" in err
        assert "install claims-harness, " in err
