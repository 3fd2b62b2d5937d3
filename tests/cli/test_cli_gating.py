from dataclasses import replace
from io import StringIO

import gate_results as fake
import pytest
from rich.console import Console

from harness.cli import codes
from harness.cli.gating import gate_table
from harness.gate.values import Thresholds


def shown(result, width=120):
    out = StringIO()
    Console(file=out, width=width, no_color=True).print(gate_table(result), crop=False)
    return out.getvalue()


def of(*verdicts, **fields):
    names = [f"test_{i}" for i in range(len(verdicts))]
    return fake.result(*map(fake.decision, names, verdicts), **fields)


def test_the_table_shows_every_decision_what_asks_for_attention_first():
    text = shown(fake.everything())
    order = ["1 of 6 cases regressed", "✗ regressed", "! broken", "? inconclusive", "○ missing"]
    order += ["↓ improved", "✓ ok", "base main (1a2b3c4", "x86_64-cpu AMD EPYC"]
    places = [text.index(words) for words in order]
    assert places == sorted(places)
    for words in ("81.2 ms", "+5.2 %", "+4.1 to +6.3 %", "20 pairs", "2.1 %", "only on base"):
        assert words in text


def test_eighty_columns_are_enough():
    lines = shown(fake.everything(), width=80).splitlines()
    assert max(map(len, lines)) <= 80
    assert any("test_hinge[numpy]" in line for line in lines)


@pytest.mark.parametrize("width", [20, 40, 60, 80])
def test_no_width_breaks_a_word(width):
    name = "test_hook_and_wrappers_speed[hooks=100-wrappers=100]"
    result = fake.everything()
    decisions = (
        *result.decisions,
        fake.decision(name, "broken", reason="head: /a/long/path/of/it"),
    )
    words = shown(replace(result, decisions=decisions), width).split()
    assert {name, "/a/long/path/of/it", "inconclusive", "test_hinge[numpy]"} <= set(words)


def test_where_columns_do_not_fit_every_number_has_its_name():
    text = shown(fake.everything(), 40)
    assert "verdict: ✗ regressed\ncase: test_hinge[numpy]\n" in text
    assert "\nbase: 81.2 ms\nhead: 85.4 ms\nchange: +5.2 %\ninterval: +4.1 to +6.3 %\n" in text


def test_memory_needs_no_row_where_it_is_ok_or_too_little():
    def memory(name, verdict, size):
        limits = Thresholds(absolute=2**20)
        numbers = {"base": size, "head": size, "quantity": "memory", "thresholds": limits}
        return fake.decision(name, verdict, **numbers)

    text = shown(
        fake.result(
            fake.decision("test_time"),
            memory("test_same", "ok", 2.0**30),
            memory("test_small", "inconclusive", 2.0**13),
            memory("test_large", "inconclusive", 2.0**30),
        )
    )
    assert [f"test_{name}" in text for name in ("time", "same", "small", "large")] == [
        True, False, False, True,
    ]  # fmt: skip
    assert "memory is ok in 1 case, not listed" in text
    assert "memory is too little to tell in 1 case, not listed" in text


def test_the_file_stands_once_where_all_cases_share_it():
    assert shown(fake.everything()).count(fake.FILE) == 1
    two = fake.result(fake.decision("a.py::test"), fake.decision("b.py::test"))
    assert "a.py" in shown(two)
    assert "b.py" in shown(two)
    none = replace(fake.decision(verdict="broken"), case="every case")
    assert "cases of" not in shown(fake.result(none))


def test_a_partial_run_says_so_at_the_top():
    text = shown(replace(fake.everything(), partial="interrupted"))
    assert text.index("partial: interrupted") < text.index("✗ regressed")


def test_markup_in_names_is_text():
    text = shown(fake.evil(), width=400)
    assert "[red]i[/red]" in text
    assert "\x1b" not in text


def test_nothing_measured_is_shown_too():
    assert "nothing was measured: no case was found" in shown(fake.result())


@pytest.mark.parametrize(
    ("verdicts", "strict", "code"),
    [
        (["ok", "improved"], True, codes.OK),
        (["ok", "inconclusive"], False, codes.OK),
        (["ok", "inconclusive"], True, codes.INCONCLUSIVE),
        (["ok", "missing"], False, codes.OK),
        (["ok", "missing"], True, codes.INCONCLUSIVE),
        (["regressed", "inconclusive", "missing"], True, codes.MOVED),
        (["broken", "regressed", "inconclusive", "ok"], True, codes.CELL_FAILED),
        (["broken"], False, codes.CELL_FAILED),
        (["missing"], False, codes.NOTHING_MEASURED),
        (["missing"], True, codes.NOTHING_MEASURED),
        ([], True, codes.NOTHING_MEASURED),
    ],
)
def test_exit_codes(verdicts, strict, code):
    assert codes.of_gate(of(*verdicts), strict=strict) == code


def test_a_partial_run_is_doubt_under_strict_only():
    assert codes.of_gate(of("ok", partial="interrupted"), strict=False) == codes.OK
    assert codes.of_gate(of("ok", partial="interrupted"), strict=True) == codes.INCONCLUSIVE
    assert codes.of_gate(of("regressed", partial="interrupted"), strict=True) == codes.MOVED
