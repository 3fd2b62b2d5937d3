"""Units, the table of pyproject.toml, and the command line over it."""

import contextlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import SuiteError, UsageError
from harness.gate import units
from harness.gate.settings import GateSettings, override, read_settings
from harness.gate.values import LEAST_MEMORY


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (units.seconds, "10m", 600),
        (units.seconds, "1.5 h", 5400),
        (units.seconds, ".1s", 0.1),
        (units.seconds, "50us", 50e-6),
        (units.size, "1MiB", 2**20),
        (units.size, "3kB", 3000),
        (units.share, "5%", 0.05),
        (units.share, "0.05", 0.05),
        (units.share, "0", 0),
    ],
)
def test_numbers_with_units(read, text, value):
    assert read(text) == pytest.approx(value)


@pytest.mark.parametrize("text", ["", "10", "m", "-1s", "1 parsec", "1e400s", "10 m s", "nan s"])
def test_a_duration_must_be_one(text):
    with pytest.raises(UsageError, match="a duration must be a number with a unit"):
        units.seconds(text)


@pytest.mark.parametrize("text", ["", "5 %%", "-5%", "five", "5s"])
def test_a_share_must_be_one(text):
    with pytest.raises(UsageError, match=r"must be like 5% or 0\.05"):
        units.share(text)


@given(st.text(max_size=8))
def test_no_text_breaks_the_parsers(text):
    for read in (units.seconds, units.size, units.share):
        with contextlib.suppress(UsageError):
            assert 0 <= read(text) < math.inf


def settings_of(tmp_path, table):
    (tmp_path / "pyproject.toml").write_text(f"[project]\nname = 'x'\n{table}")
    return read_settings(tmp_path)


def test_a_project_without_a_table_has_the_defaults(tmp_path):
    assert read_settings(tmp_path) == GateSettings()
    assert settings_of(tmp_path, "") == GateSettings()
    limits = GateSettings().thresholds("a", "time")
    assert (limits.margin, limits.tolerance, limits.absolute) == (0.01, 0.05, 0.0)
    assert GateSettings().thresholds("a", "memory").absolute == LEAST_MEMORY


TABLE = """
[tool.harness.gate]
pytest = ["bench"]
budget = "5m"
time = { margin = "2%" }
[[tool.harness.gate.case]]
match = "*::test_slow*"
time = { tolerance = "10%", absolute = "50us" }
memory = { margin = "3%", tolerance = "20%", absolute = "2MiB" }
[[tool.harness.gate.case]]
match = "*"
time = { absolute = "1us" }
"""


def test_limits_case_by_case(tmp_path):
    own = settings_of(tmp_path, TABLE)
    slow = own.thresholds("b.py::test_slow[1]", "time")
    assert (slow.margin, slow.tolerance) == (0.10, 0.10)
    assert slow.absolute == pytest.approx(50e-6)
    other = own.thresholds("b.py::test_other", "time")
    assert (other.margin, other.tolerance) == (0.02, 0.05)
    assert other.absolute == pytest.approx(1e-6)
    memory = own.thresholds("b.py::test_slow[1]", "memory")
    assert (memory.margin, memory.tolerance, memory.absolute) == (0.03, 0.20, 2 * 2**20)


def test_the_exact_id_of_a_case_has_limits_of_its_own(tmp_path):
    own = settings_of(tmp_path, TABLE.replace("*::test_slow*", "b.py::test_slow[*]"))
    exact, other = "b.py::test_slow[*]", "b.py::test_slow[1]"
    assert own.thresholds(exact, "time", {exact, other}).tolerance == 0.10
    assert own.thresholds(other, "time", {exact, other}).tolerance == 0.05
    assert own.thresholds(other, "time", {other}).tolerance == 0.10


def test_a_margin_above_the_tolerance_raises_it():
    own = GateSettings.model_validate({"time": {"margin": "8%"}})
    limits = own.thresholds("a", "time")
    assert (limits.margin, limits.tolerance) == (0.08, 0.08)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("[tool.harness.gate]\nbudgte = '1m'", [":4", "budgte", "budget"]),
        ("[tool.harness.gate]\nbudget = 'soon'", [":4", "gate.budget", "a duration must be"]),
        ("[tool.harness.gate]\nthreads = 0", ["threads", "at least 1"]),
        ("[tool.harness.gate]\npytest = 'bench'", ["pytest", "must be a list"]),
        ("[[tool.harness.gate.case]]\ntime = {}", ["match", "must be given"]),
    ],
)
def test_a_wrong_table_is_named_by_line_and_key(tmp_path, table, words):
    with pytest.raises(SuiteError) as found:
        settings_of(tmp_path, table)
    assert all(word in str(found.value) for word in ["pyproject.toml", "tool.harness.gate", *words])


def test_a_file_that_is_no_toml(tmp_path):
    (tmp_path / "pyproject.toml").write_text("= 1")
    with pytest.raises(UsageError, match="must be valid TOML"):
        read_settings(tmp_path)


def test_the_command_line_comes_first():
    own = GateSettings.model_validate({"pytest": ("a",), "suites": ("s",), "options": ("-q",)})
    given = {"pytest": ["b"], "suites": [], "only": True, "budget": "1m", "burst": "", "threads": 0}
    found = override(own, {**given, "options": ["-x"], "tolerance": "10%"})
    assert (found.pytest, found.suites, found.options) == (("b",), (), ("-q", "-x"))
    assert (found.budget, found.burst, found.threads) == ("1m", "0.2s", 1)
    limits = found.thresholds("x", "time")
    assert (limits.margin, limits.tolerance) == (0.10, 0.10)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"budget": "soon"}, "--budget: a duration must be"),
        ({"margin": "much"}, "--margin: a relative change must be"),
    ],
)
def test_a_wrong_option_is_named(given, words):
    with pytest.raises(UsageError, match=words):
        override(GateSettings(), given)
