"""A benchmark that another one slows down, from the command line."""

import json

from test_cli_gate import QUICK, gate, project  # noqa: F401 - fixtures

BENCH = """
import project_code

def test_before(benchmark):
    benchmark(project_code.work)

def test_untouched(benchmark):
    benchmark(lambda: sum(range(16000 if project_code.LEFT else 4000)))
"""
CODE = "LEFT = []\ndef work():\n    {left}\n    return sum(range(20000))\n"


def test_what_is_slower_after_another_only_is_not_regressed(project, gate, looks):  # noqa: F811
    looks(20)
    project.put("bench/test_work.py", BENCH)
    project.commit("base", {"project_code.py": CODE.format(left="LEFT[:] = []")})
    project.put("project_code.py", CODE.format(left="LEFT[:] = [1]"))
    asked = ("main", "--pytest", "bench", "--json", "gate.json", "--md", "gate.md")
    code, out, _ = gate(*asked, "--tolerance", "100%", *QUICK)
    assert code == 0, out
    found = json.loads((project.folder / "gate.json").read_text())["decisions"]
    (timed,) = (d for d in found if "untouched" in d["case"] and d["quantity"] == "time")
    assert timed["verdict"] == "ok"
    assert timed["ratio"] < 2
    assert timed["reason"].startswith("measured by itself; ")
    for text in (out, (project.folder / "gate.md").read_text()):
        assert timed["reason"] in " ".join(text.split())
