"""JUnit XML, which CI services show as a table of tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from xml.etree import ElementTree as ET

from harness.words import clean

Kind = Literal["failure", "error", "skipped"]
_COUNTED: Mapping[Kind, str] = {"failure": "failures", "error": "errors", "skipped": "skipped"}


@dataclass(frozen=True)
class NotPassed:
    """What a test that did not pass says.

    Attributes
    ----------
    kind : {'failure', 'error', 'skipped'}
        The element.
    message, type : str
        Its attributes: one line, and a word.
    text : str
        Its lines.
    """

    kind: Kind
    message: str
    type: str
    text: str


@dataclass(frozen=True)
class Row:
    """One row of the table.

    Attributes
    ----------
    group, name : str
        ``classname`` and ``name``.
    seconds : float
        How long it took, where that means something.
    ended : NotPassed or None
        None where it passed.
    properties : mapping of str to str
        What else is known of it.
    file, line : str, int or None
        Where it is written.
    """

    group: str
    name: str
    seconds: float = 0.0
    ended: NotPassed | None = None
    properties: Mapping[str, str] = field(default_factory=dict)
    file: str = ""
    line: int | None = None


@dataclass(frozen=True)
class Table:
    """A suite of tests: ``started`` is ISO 8601, or nothing."""

    title: str
    rows: Sequence[Row]
    properties: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    started: str = ""


def render(table: Table) -> str:
    """Return the text of a JUnit file; characters that XML forbids are left out."""
    attributes = {"name": clean(table.title), **_counts(table.rows), "time": number(table.seconds)}
    root = ET.Element("testsuites", attributes)
    stamp = {"timestamp": clean(table.started)} if table.started else {}
    suite = ET.SubElement(root, "testsuite", {**attributes, **stamp})
    _properties(suite, table.properties)
    for row in table.rows:
        _case(suite, row)
    ET.indent(root)
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text.decode("utf-8") + "\n"


def number(value: float) -> str:
    """Return a number as attributes have it."""
    return f"{value:.9g}"


def _counts(rows: Sequence[Row]) -> dict[str, str]:
    kinds = [row.ended.kind for row in rows if row.ended is not None]
    counted = {name: str(kinds.count(kind)) for kind, name in _COUNTED.items()}
    return {"tests": str(len(rows)), **counted}


def _case(suite: ET.Element, row: Row) -> None:
    attributes = {
        "classname": clean(row.group),
        "name": clean(row.name),
        "time": number(row.seconds),
    }
    if row.file:
        attributes |= {"file": clean(row.file), "line": str(row.line or 1)}
    element = ET.SubElement(suite, "testcase", attributes)
    _properties(element, row.properties)
    if row.ended is not None:
        said = {"message": clean(row.ended.message), "type": row.ended.type}
        ET.SubElement(element, row.ended.kind, said).text = clean(row.ended.text)


def _properties(parent: ET.Element, facts: Mapping[str, str]) -> None:
    element = ET.SubElement(parent, "properties")
    for name, value in facts.items():
        ET.SubElement(element, "property", {"name": name, "value": clean(value)})
