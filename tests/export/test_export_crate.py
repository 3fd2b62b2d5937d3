"""The crate is whole by its own words, and is read by the library for crates."""

import json
from dataclasses import replace

import pytest
from rocrate.rocrate import ROCrate

from harness.errors import UsageError
from harness.export.crate import PROFILE, licence_url, write_crate


@pytest.fixture
def folder(tmp_path, records, environments):
    for name in ("s", "none"):
        (tmp_path / f"{name}-file.toml").write_text(f'id = "{name}"\n')
    files = {name: tmp_path / f"{name}-file.toml" for name in ("s", "none")}
    write_crate(tmp_path / "crate", files, records, environments, licence_url("CC-BY-4.0"))
    return tmp_path / "crate"


def test_all_that_is_named_is_there(folder):
    told = json.loads((folder / "ro-crate-metadata.json").read_text())
    graph = {entity["@id"]: entity for entity in told["@graph"]}
    outside = {"https://w3id.org/ro/crate/1.1"}

    def named(value):
        if isinstance(value, dict):
            yield from [value["@id"]] if set(value) == {"@id"} else []
            for one in value.values():
                yield from named(one)
        if isinstance(value, list):
            for one in value:
                yield from named(one)

    assert set(named(told["@graph"])) <= graph.keys() | outside
    parts = [one["@id"] for one in graph["./"]["hasPart"]]
    assert parts == ["s.toml", "s.csv"]
    assert {path.name for path in folder.iterdir()} == {*parts, "ro-crate-metadata.json"}
    assert len((folder / "s.csv").read_text().split("\n")) > 3


def test_the_library_for_crates_reads_the_run(folder):
    crate = ROCrate(folder)
    assert crate.root_dataset["conformsTo"].id == PROFILE
    assert crate.root_dataset["license"].id == "https://spdx.org/licenses/CC-BY-4.0"
    action = crate.root_dataset["mentions"]
    assert action.type == "CreateAction"
    assert action["instrument"]["name"] == "claims-harness"
    assert action["object"].id == "s.toml"
    assert action["result"].id == "s.csv"
    assert action["startTime"] == "2026-01-01T00:00:00.000+00:00"
    assert action["endTime"] == "2026-01-03T00:00:02.500+00:00"
    assert action["environment"]["name"] == "x86_64, 2 cores"


def test_records_of_a_file_have_no_time(tmp_path, records, environments):
    (tmp_path / "s.toml").write_text("")
    timeless = [replace(record, started="") for record in records]
    write_crate(
        tmp_path / "c", {"s": tmp_path / "s.toml"}, timeless, environments, "https://x.org/l"
    )
    told = json.loads((tmp_path / "c" / "ro-crate-metadata.json").read_text())
    assert told["@graph"][1]["datePublished"]
    assert told["@graph"][1]["license"] == {"@id": "https://x.org/l"}


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("MIT", "https://spdx.org/licenses/MIT"),
        ("cc-by-4.0", "https://spdx.org/licenses/CC-BY-4.0"),
        ("https://example.org/terms#2", "https://example.org/terms#2"),
    ],
)
def test_a_licence_is_a_url_or_an_identifier(given, url):
    assert licence_url(given) == url


@pytest.mark.parametrize(
    "given", ["", "free", "MIT OR Apache-2.0", "LicenseRef-x", "http://", "httpfoo", "MIT+", "a b"]
)
def test_what_is_no_licence_is_refused(given):
    with pytest.raises(UsageError, match="--license must be a URL or one SPDX identifier"):
        licence_url(given)
