from dataclasses import replace
from io import StringIO

import gate_results as fake
import pytest
from rich.console import Console

from harness.cli import codes
from harness.cli.gate_show import gate_table


def shown(result, width=120):
    out = StringIO()
    Console(file=out, width=width, no_color=True).print(gate_table(result))
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


def test_the_file_stands_once_where_all_cases_share_it():
    assert shown(fake.everything()).count(fake.FILE) == 1
    two = fake.result(fake.decision("a.py::test"), fake.decision("b.py::test"))
    assert "a.py" in shown(two)
    assert "b.py" in shown(two)


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
