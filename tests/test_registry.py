import sys
from dataclasses import dataclass

import pytest

from harness.errors import UsageError
from harness.registry import Lazy, Registry, lazily, named


@dataclass(frozen=True)
class Tool:
    name: str


TOOLS = named("tool", (Tool("saw"), Tool("hammer")))


def test_things_are_found_by_their_names_in_their_order():
    assert TOOLS.names() == tuple(TOOLS) == ("saw", "hammer")
    assert len(TOOLS) == 2
    assert "saw" in TOOLS
    assert TOOLS.get("saw") == Tool("saw")
    assert dict(TOOLS.items()) == {"saw": Tool("saw"), "hammer": Tool("hammer")}


def test_an_unknown_name_is_refused_with_the_nearest():
    with pytest.raises(UsageError, match=r"unknown tool 'hamer'.*Did you mean 'hammer'"):
        TOOLS.get("hamer")
    assert TOOLS.unknown("x").endswith("Known: hammer, saw.")


def test_a_name_is_given_once():
    with pytest.raises(ValueError, match="one tool 'saw', got two"):
        named("tool", (Tool("saw"), Tool("saw")))


def test_a_place_is_imported_when_it_is_asked_for(tmp_path, monkeypatch):
    (tmp_path / "a_lazy_tool.py").write_text("AXE = 'axe'")
    monkeypatch.syspath_prepend(tmp_path)
    tools: Registry[str] = Registry("tool", [("axe", Lazy("a_lazy_tool:AXE")), ("saw", "saw")])
    assert "axe" in tools
    assert tools.get("saw") == "saw"
    assert "a_lazy_tool" not in sys.modules
    assert tools.get("axe") == "axe"
    assert lazily("tool", [("axe", "a_lazy_tool:AXE")]).get("axe") == "axe"
