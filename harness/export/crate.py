"""A run as a Process Run Crate: a folder whose metadata say what was run, on what, to what end.

The profile is `PROFILE`: an action for each suite, whose instrument is the harness, whose object is
the suite's file and whose result is the table of its records.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

import harness
from harness.errors import UsageError
from harness.export.rows import rows, write_csv
from harness.files import guarded, write_text
from harness.types import Environment, Record
from harness.words import plural

PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
_CRATE = "https://w3id.org/ro/crate/1.1"
_CONTEXT = [f"{_CRATE}/context", "https://w3id.org/ro/terms/workflow-run/context"]
_HARNESS = "https://pypi.org/project/claims-harness/"
_LICENCES = "https://spdx.org/licenses/"
_URL = re.compile(r"https?://[^\s/]+\.[^\s/]+(/\S*)?")
_IDENTIFIER = re.compile(r"(?!LicenseRef-)[A-Za-z0-9.-]+")
"""A text that SPDX takes may also be an expression, which has no page, or stand for a file."""
Entity = dict[str, Any]


def write_crate(
    folder: Path,
    suites: Mapping[str, Path],
    records: Sequence[Record],
    environments: Mapping[str, Environment],
    licence: str,
) -> None:
    """Write a crate: the suites' files, a table of records for each, the metadata.

    Parameters
    ----------
    folder : Path
        Made if it is not there.
    suites : mapping of str to Path
        The file of each suite, by id; those without a record are left out.
    records : sequence of Record
        Of all suites.
    environments : mapping of str to Environment
        Where they were measured.
    licence : str
        The URL of the licence of what is in the crate (`licence_url`).

    Raises
    ------
    FileError
        If it cannot be written.
    """
    parts: list[Entity] = []
    actions: list[Entity] = []
    for name, path in suites.items():
        own = [record for record in records if record.suite == name]
        if own:
            parts += _files(folder, name, path, own, environments)
            actions.append(_action(name, own))
    used = {record.environment for record in records} & environments.keys()
    machines = [_machine(environments[name]) for name in sorted(used)]
    terms = {"@id": licence, "@type": "CreativeWork", "name": licence.removeprefix(_LICENCES)}
    graph = [_descriptor(), _root(parts, actions, records, terms), *parts, *actions]
    graph += [_software(), *machines, terms, _PROFILE]
    text = json.dumps({"@context": _CONTEXT, "@graph": graph}, indent=1)
    write_text(folder / "ro-crate-metadata.json", text + "\n", "write the crate")


def _files(
    folder: Path,
    name: str,
    path: Path,
    own: Sequence[Record],
    environments: Mapping[str, Environment],
) -> list[Entity]:
    with guarded("read the suite", path):
        text = path.read_text(encoding="utf-8")
    write_text(folder / f"{name}.toml", text, "write the crate")
    write_csv(folder / f"{name}.csv", rows(own, environments))
    return [
        _file(f"{name}.toml", f"The suite {name}", "application/toml"),
        _file(f"{name}.csv", f"The records of {name}, a row a cell", "text/csv"),
    ]


def _file(name: str, does: str, kind: str) -> Entity:
    return {"@id": name, "@type": "File", "name": does, "encodingFormat": kind}


def _action(name: str, own: Sequence[Record]) -> Entity:
    failed = [record for record in own if record.status in ("failed", "timeout")]
    state = "FailedActionStatus" if len(failed) == len(own) else "CompletedActionStatus"
    return {
        "@id": f"#run-{name}",
        "@type": "CreateAction",
        "name": f"harness run {name}",
        "instrument": {"@id": _HARNESS},
        "description": f"The cells of {name} as stored: {plural(len(own), 'record')}.",
        "object": {"@id": f"{name}.toml"},
        "result": {"@id": f"{name}.csv"},
        "startTime": min(record.started for record in own),
        "endTime": max(map(_ended, own)),
        "actionStatus": f"http://schema.org/{state}",
        "environment": _named(f"#environment-{e}" for e in sorted({r.environment for r in own})),
    }


def _named(ids: Iterable[str]) -> Entity | list[Entity]:
    """Return references; one is a value, no list, as the specification recommends."""
    found = [{"@id": each} for each in ids]
    return found[0] if len(found) == 1 else found


def _ended(record: Record) -> str:
    """Return when a cell ended; ``""`` of a row of a file, which does not say."""
    if not record.started:
        return ""
    began = datetime.fromisoformat(record.started)
    return (began + timedelta(seconds=record.wall_s)).isoformat(timespec="milliseconds")


def _machine(environment: Environment) -> Entity:
    facts = sorted(environment.facts.items())
    return {
        "@id": f"#environment-{environment.id}",
        "@type": "PropertyValue",
        "name": environment.hardware,
        "value": "; ".join(f"{name}: {value}" for name, value in facts if value),
    }


def _descriptor() -> Entity:
    return {
        "@id": "ro-crate-metadata.json",
        "@type": "CreativeWork",
        "conformsTo": {"@id": _CRATE},
        "about": {"@id": "./"},
    }


def _root(
    parts: Sequence[Entity], actions: Sequence[Entity], records: Sequence[Record], terms: Entity
) -> Entity:
    return {
        "@id": "./",
        "@type": "Dataset",
        "name": "Claims, their experiments and records",
        "description": f"{len(records)} records of {len(actions)} suites, run by the harness.",
        "datePublished": max(map(_ended, records)) or datetime.now(UTC).isoformat(),
        "license": {"@id": terms["@id"]},
        "conformsTo": {"@id": PROFILE},
        "hasPart": _named(part["@id"] for part in parts),
        "mentions": _named(action["@id"] for action in actions),
    }


def _software() -> Entity:
    return {
        "@id": _HARNESS,
        "@type": "SoftwareApplication",
        "name": "claims-harness",
        "softwareVersion": harness.__version__,
        "url": _HARNESS,
    }


def licence_url(licence: str) -> str:
    """Return where a licence is, of its URL or its SPDX identifier.

    Raises
    ------
    UsageError
        If it is neither.
    """
    if _URL.fullmatch(licence):
        return licence
    with contextlib.suppress(InvalidLicenseExpression):
        found = canonicalize_license_expression(licence)
        if _IDENTIFIER.fullmatch(found):
            return f"{_LICENCES}{found}"
    raise UsageError(
        f"--license must be a URL or one SPDX identifier, such as CC-BY-4.0, got {licence!r}; "
        f"{_LICENCES} lists them"
    )


_PROFILE: Entity = {
    "@id": PROFILE,
    "@type": "CreativeWork",
    "name": "Process Run Crate",
    "version": "0.5",
}
