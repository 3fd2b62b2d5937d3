"""Suites that ended in a traceback, an endless count or silence."""

import json

import pytest

REFUSED = {
    "backend_list": ":11: grid[0].backend[2]: must be the name of a backend",
    "grid_1e9": ":18: grid[0]: must make at most 1,000,000 cells, got 1,000,000,000",
    "inf_axis": ":29: grid.lr[1]: must be a finite number, got inf",
    "inf_rate": ":14: train.lr: must be a finite number, got inf",
    "module_exits": ":5: experiment: experiment 'exits_on_import:cell' cannot be imported: SystemE",
    "module_raises": ":5: experiment: experiment 'raises_on_import:cell' cannot be imported: NameE",
    "nan_bound": ":27: claims[0].expect.at_least: must be a finite number, got nan",
    "nested_array": ":1: a: must be at most 32 tables or arrays inside each other",
    "number_for_backend": ":27: grid[0].backend[0]: must be the name of a backend, got 1",
    "relative_import": ":5: experiment: an experiment's path must read 'package.module:function'",
    "seeds_1e9": ":17: seeds.count: must make at most 1,000,000 cells, got 1,000,000,000",
    "markup": ":26: claims[0].id: must be letters, digits, dots, dashes and underscores",
}
VALID = {"namesnull", "print_in_cell", "u64"}


def test_every_suite_has_its_outcome(inputs):
    names = {path.stem for path in (inputs / "suites").glob("*.toml")}
    assert names - {"sources"} == VALID | set(REFUSED)


@pytest.mark.parametrize("verb", ["check", "run"])
@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_suite_that_cannot_be_is_refused_by_line_and_key(harness, inputs, tmp_path, name, verb):
    results = ("--results", tmp_path / "results") if verb == "run" else ()
    path = inputs / "suites" / f"{name}.toml"
    code, _, err = harness(verb, path, *results)
    assert code == 2
    assert f"{path}{REFUSED[name]}" in err
    assert "\x1b" not in err
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize("name", sorted(VALID))
def test_a_suite_that_only_looks_odd_is_checked(harness, inputs, name):
    assert harness("check", inputs / "suites" / f"{name}.toml")[0] == 0


def test_what_a_cell_prints_is_not_in_the_json(harness, inputs, tmp_path):
    path = inputs / "suites" / "print_in_cell.toml"
    code, out, err = harness("run", path, "--results", tmp_path, "--json", "-")
    assert code == 0
    assert json.loads(out)["counts"] == {"ok": 2}
    assert "HELLO" not in out + err


MARKED = ("[/x]", '"\\" onmouseover=\\"alert(2)\\" x=\\""', '"../../../figs<script>')


def test_hostile_texts_reach_terminal_page_and_summary_as_text(harness, inputs, tmp_path):
    text = (inputs / "suites" / "markup.toml").read_text(encoding="utf-8")
    lines = [f'id = "plain-{n}"' if any(mark in line for mark in MARKED) and line.startswith("id")
             else line for n, line in enumerate(text.splitlines())]  # fmt: skip
    (tmp_path / "markup.toml").write_text("\n".join(lines), encoding="utf-8")
    sources = (inputs / "suites" / "sources.toml").read_text(encoding="utf-8")
    (tmp_path / "sources.toml").write_text(sources, encoding="utf-8")
    results = ("--results", tmp_path / "results")
    _, out, err = harness(
        "run", tmp_path / "markup.toml", *results, "--report", tmp_path / "page", "--no-color"
    )
    shown = harness("claims", tmp_path / "markup.toml", *results, "--no-color")[1]
    page = (tmp_path / "page" / "index.html").read_text(encoding="utf-8")
    summary = (tmp_path / "page" / "summary.md").read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(" in page
    for hostile in ("<script>alert(", "<img src=x", "<svg onload", 'href="javascript:', "\x1b"):
        assert hostile not in page
    assert "<script>" not in summary
    assert "\x1b" not in summary + out + err + shown
