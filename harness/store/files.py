"""Where in a store what lies, and in which format.

One file of records a suite, and the files that hold none. A store of earlier versions has one file
for the records of all suites, ``records.jsonl``. It is read for ever, and never written to again;
`harness.store.migrate.split` gives each suite its own.

Format 1 had all of a record in its own line. Since format 2 what many records share stands once, in
``provenance.jsonl``. Both are read; what is written is of the newest.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

import harness
from harness.config.table import SuiteId
from harness.errors import StoreError, StoreNewer
from harness.files import guarded
from harness.lines import Log

ENVIRONMENTS = "environments.jsonl"
PROVENANCE = "provenance.jsonl"
RECORDS = "records.jsonl"
"""The one file of all records that earlier versions wrote."""
LARGE = 150_000_000
"""Bytes of records, some hundred thousand, which take a few hundred megabytes as objects."""
_OTHERS = frozenset(
    f"{name}.jsonl"
    for name in (
        *("environments", "provenance", "records"),
        *("selftest", "journal", "baselines", "points", "looks"),
    )
)
"""What other logs are called, which may lie in the same folder: no suite's file has such a name."""
_NAME = re.compile(r"(?P<suite>[^.]+)(\.records)?\.jsonl")
_SUITE: TypeAdapter[str] = TypeAdapter(SuiteId)
VERSION = 2
_PARTS = re.compile(r"\d+")


def is_suite(text: str) -> bool:
    """Whether a text may be the id of a suite, and so a part of a file's name."""
    try:
        _SUITE.validate_python(text)
    except ValidationError:
        return False
    return True


def name_of(suite: str) -> str:
    """Return the name of the file that a suite's records go to.

    A suite that is called like another log has ``<suite>.records.jsonl``.

    Raises
    ------
    StoreError
        If it is no id of a suite, and could lead out of the folder.
    """
    name = f"{_checked(suite)}.jsonl"
    return f"{suite}.records.jsonl" if name in _OTHERS else name


def is_large(folder: Path) -> bool:
    """Whether the stores under a folder hold more than is well in memory at once.

    Raises
    ------
    FileError
        If it cannot be read.
    """
    with guarded("read", folder):
        sizes = (path.stat().st_size for store in stores(folder) for path in of_records(store))
        return sum(sizes) > LARGE


def suite_of(path: Path) -> str:
    """Return the suite that a file of records is named for, ``""`` where it is for none."""
    found = _NAME.fullmatch(path.name)
    return found["suite"] if found and path.name != RECORDS else ""


def arrays_of(suite: str, cell: str) -> str:
    """Return what the arrays of a cell are called, without a suffix.

    Raises
    ------
    StoreError
        As of `name_of`.
    """
    return f"{_checked(suite)}-{cell}"


def of_records(folder: Path) -> list[Path]:
    """Return the files of records in a folder, that of earlier versions first.

    Raises
    ------
    FileError
        If the folder cannot be read.
    """
    with guarded("read the folder", folder):
        try:
            names = {path.name for path in folder.iterdir()}
        except (FileNotFoundError, NotADirectoryError):
            return []
    old = [RECORDS] if RECORDS in names else []
    return [folder / name for name in (*old, *sorted(filter(_holds_records, names)))]


def stores(folder: Path) -> list[Path]:
    """Return the stores under a folder, itself included.

    One below it is known by its environments, or by the records of earlier versions.

    Raises
    ------
    FileError
        If it cannot be read.
    """
    with guarded("read the folder", folder):
        if not folder.is_dir():
            if folder.exists():
                raise OSError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
            return []
        found = {path.parent for name in (RECORDS, ENVIRONMENTS) for path in folder.rglob(name)}
    return sorted(found | {folder} if of_records(folder) else found)


def _checked(suite: str) -> str:
    if is_suite(suite):
        return suite
    raise StoreError(
        "a record must be of a suite whose id is lower-case letters and digits, in words joined "
        f"by single dashes, got {suite!r}"
    )


def _holds_records(name: str) -> bool:
    found = _NAME.fullmatch(name)
    return found is not None and is_suite(found["suite"]) and name == name_of(found["suite"])


def refuse_newer(values: Mapping[str, Any], folder: Path) -> None:
    """Refuse the object of a line that a newer harness wrote into a store.

    Raises
    ------
    StoreNewer
        Naming the version to install, which the newest environment of the store has.
    """
    found = values.get("v", 1)
    if type(found) is not int or found <= VERSION:
        return
    here, newest = harness.__version__, max(_writers(folder), key=_order, default="")
    wanted = f"{newest} or later" if _order(newest) > _order(here) else "the newest version"
    raise StoreNewer(
        f"{folder}: records must be of format {VERSION} at most, which harness {here} reads, got "
        f"format {found} of a newer one; install claims-harness, {wanted}"
    )


def _writers(folder: Path) -> Iterator[str]:
    """Return the versions of the harness that wrote to a store, as far as that can be read."""
    for line in Log[dict[str, Any]](folder / ENVIRONMENTS, dict, dict).scan([]):
        facts = (line.value or {}).get("facts")
        if isinstance(facts, dict) and isinstance(facts.get("harness"), str):
            yield facts["harness"]


def _order(version: str) -> tuple[int, ...]:
    return tuple(map(int, _PARTS.findall(version)))
