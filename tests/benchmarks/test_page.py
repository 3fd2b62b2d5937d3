"""How long the page takes once the claims are judged: its figures most of all."""

import made

from harness import report
from harness.claims import judge


def test_build_a_page(benchmark, tmp_path):
    plan = made.plan(tmp_path)
    shelf = made.archive(plan)
    verdicts = judge(plan.suite, plan.cases, shelf, made.SOURCES)
    out = tmp_path / "index.html"

    def page():
        suites, plans = (plan.suite,), {"made": plan.cases}
        results = report.results_of(suites, plans, shelf, "full", verdicts)
        environments = shelf.environments
        report.build(suites, results, environments, verdicts, "full", out, {"made": "run"})

    benchmark.pedantic(page, rounds=2, warmup_rounds=1)
    page = out.read_text(encoding="utf-8")
    assert "A made-up suite" in page
    assert "svg" in page
    assert "SGD reaches 95 %" in page
