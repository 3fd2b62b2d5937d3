"""One cause that moves all cases is told once, in every rendering."""

import html
import io
import json
import math
from xml.etree import ElementTree as ET

import pytest
from gate_results import decision, result
from rich.console import Console

from harness.cli.gating import gate_table
from harness.gate.render import files, markdown
from harness.gate.render.amounts import shared_changes
from harness.gate.values import Difference

MIB = 2.0**20


def memory(number, ratio, verdict="regressed", base=30 * MIB):
    return decision(
        f"test_{number}", verdict, quantity="memory", ratio=ratio, interval=None,
        base=base, head=base * ratio,
    )  # fmt: skip


ALL = [memory(n, 1.08 + n * 0.01) for n in range(6)]


def test_what_all_cases_share_is_one_change():
    (found,) = shared_changes([*ALL, decision("test_0"), decision("test_1")])
    assert (found.quantity, found.verdict, len(found.cases), found.of) == (
        "memory", "regressed", 6, 6,
    )  # fmt: skip
    assert (found.low, found.high) == pytest.approx((1.08, 1.13))


@pytest.mark.parametrize(
    "decisions",
    [
        ALL[:2],  # two cases may have two causes
        [*ALL[:4], memory(7, 1.0, "ok"), memory(8, 1.0, "ok")],  # two thirds only
        [memory(0, 1.02), memory(1, 1.5), memory(2, 4.0)],
        [memory(0, 1.1), memory(1, 0.9, "improved"), memory(2, 1.1)],
        [decision(f"test_{n}", "broken") for n in range(5)],
        [],
    ],
)
def test_what_differs_is_not_one_change(decisions):
    assert shared_changes(decisions) == ()


def test_one_amount_on_unequal_bases_is_one_change():
    decisions = [memory(n, 1 + 4 / base, base=base * MIB) for n, base in enumerate((8, 30, 90))]
    (found,) = shared_changes(decisions)
    assert len(found.cases) == 3


def test_an_infinite_ratio_is_no_trouble():
    assert shared_changes([memory(n, math.inf) for n in range(3)])[0].high == math.inf


def shown(found):
    console = Console(width=120, record=True, file=io.StringIO())
    console.print(gate_table(found))
    return " ".join(console.export_text().split())


def test_it_is_one_line_in_the_terminal_and_in_markdown_and_the_other_verdicts_stay():
    odd = memory(9, 3.0)
    found = result(*ALL, odd, decision("test_0"))
    for text in (shown(found), markdown.render(found)):
        flat = html.unescape(text)
        assert flat.count("6 of 7 cases regressed alike, by +8 to +13 %") == 1
        assert "test_9" in flat
        assert "test_3" not in flat


def test_junit_keeps_its_cases_and_json_says_what_is_alike():
    found = result(*ALL)
    suite = ET.fromstring(files.as_junit(found).encode()).find("testsuite")  # noqa: S314 - our own
    assert suite.get("failures") == "6"
    said = {p.get("name"): p.get("value") for p in suite.find("properties")}
    assert "6 of 6 cases regressed alike" in said["alike"]
    (alike,) = json.loads(files.as_json(found))["alike"]
    assert len(alike["cases"]) == 6
    assert files.from_json(files.as_json(found)) == found


def test_packages_that_differ_are_named_everywhere():
    packages = (Difference("pytest", "9.1.1", "9.2.0"), Difference("wrapt", "", "2.0"))
    found = result(decision(), packages=packages)
    for text in (shown(found), markdown.render(found), files.as_junit(found)):
        assert "pytest 9.1.1 → 9.2.0, wrapt none → 2.0" in text
    assert json.loads(files.as_json(found))["packages"][0]["head"] == "9.2.0"
    assert files.from_json(files.as_json(found)) == found
    many = result(decision(), packages=tuple(Difference(f"p{n}", "1", "2") for n in range(40)))
    assert "and 30 more" in markdown.render(many)
    assert "p39 1 → 2" in files.as_junit(many)
