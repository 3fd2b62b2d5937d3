"""The self-test: what is stored, what is counted, and the rival's rule."""

import gzip
import json
import time
from dataclasses import replace

import numpy as np
import pytest
from gate_pairs import noisy, sample

from harness.environment import snapshot
from harness.errors import SideBroken, StoreError
from harness.gate import selftest
from harness.gate.selftest import bench, judged, runs
from harness.gate.values import Pair


def a_run(planted=0.0, cases=("a", "b"), seed=0, noise=0.01):
    rng = np.random.default_rng(seed)
    pairs = [
        one
        for case in cases
        for one in noisy(rng, 40, 1 + planted, noise, case, speeds=(5e-5,), mean=0.002)
    ]
    return runs.Run(planted, tuple(pairs), snapshot(), "2026-01-02T03:04:05+00:00")


def test_a_run_comes_back_as_it_was_stored(tmp_path):
    done = a_run(0.05)
    back = selftest.store(tmp_path, done)
    (again,) = selftest.stored(tmp_path)
    assert repr(again) == repr(back)  # a value that is nan equals itself in words only
    assert (again.planted, again.started, again.environment) == (
        done.planted,
        done.started,
        done.environment,
    )
    for mine, theirs in zip(done.pairs, again.pairs, strict=True):
        assert (mine.case, mine.index, mine.first) == (theirs.case, theirs.index, theirs.first)
        assert theirs.log_ratio("time") == pytest.approx(mine.log_ratio("time"), abs=2e-3)
        assert (theirs.base.peak, theirs.base.rounds) == (mine.base.peak, mine.base.rounds)
    verdicts = [d.verdict for d in judged.decisions(done)]
    assert [d.verdict for d in judged.decisions(again)] == verdicts


def test_a_torn_line_is_left_out_and_another_is_refused(tmp_path):
    selftest.store(tmp_path, a_run())
    path = tmp_path / runs.NAME
    whole = path.read_text()
    path.write_text(whole + whole[:100])
    assert len(selftest.stored(tmp_path)) == 1
    path.write_text("nonsense\n" + whole)
    with pytest.raises(StoreError, match=r"selftest\.jsonl:1: must be JSON"):
        selftest.stored(tmp_path)


def test_the_view_counts_what_the_gate_said():
    found = selftest.view([a_run(), a_run(0.10, seed=1), a_run(0.10, seed=2)])
    nothing, ten = found.rows
    assert (nothing.planted, nothing.decisions, nothing.regressed, nothing.ok) == (0.0, 2, 0, 2)
    assert (ten.planted, ten.decisions, ten.regressed) == (0.10, 4, 4)
    assert ten.caught.low == pytest.approx(0.025 ** (1 / 4))  # Clopper-Pearson, all of four
    assert found.pairs == 3 * 80
    assert "0 times out of 6" in found.note


def test_the_folders_of_machines_are_read_too(tmp_path):
    for name in ("one", "two"):
        selftest.store(tmp_path / name, a_run())
    assert len(selftest.stored(tmp_path)) == 2


def test_a_packed_file_is_read_too(tmp_path):
    selftest.store(tmp_path, a_run())
    plain = selftest.stored(tmp_path)
    path = tmp_path / runs.NAME
    path.with_suffix(".jsonl.gz").write_bytes(gzip.compress(path.read_bytes()))
    path.unlink()
    assert repr(selftest.stored(tmp_path)) == repr(plain)


def test_a_run_in_short_gives_the_same_decisions(tmp_path):
    done = [a_run(), a_run(0.03, seed=3), a_run(0.10, seed=1)]
    selftest.shorten(tmp_path / "short", done)
    again = selftest.stored(tmp_path / "short")
    for mine, theirs in zip(done, again, strict=True):
        assert [(d.case, d.quantity, d.verdict) for d in judged.decisions(theirs)] == [
            (d.case, d.quantity, d.verdict) for d in judged.decisions(mine)
        ]
        assert judged.rival_flags(theirs) == judged.rival_flags(mine)
        for one, other in zip(mine.pairs, theirs.pairs, strict=True):
            assert (other.case, other.index, other.first) == (one.case, one.index, one.first)
            assert other.values("memory") == pytest.approx(one.values("memory"), abs=1024)
    assert selftest.view(again) == selftest.view(done)
    selftest.shorten(tmp_path / "again", again)
    assert repr(selftest.stored(tmp_path / "again")) == repr(again)


def test_a_run_in_short_is_short(tmp_path):
    selftest.shorten(tmp_path, [a_run()])
    assert (tmp_path / runs.NAME).stat().st_size < 80 * 60 + 3000


def test_nothing_stored_is_no_view():
    assert selftest.view([]) is None


def test_another_machine_is_not_mixed_in():
    other = runs.Run(0.0, a_run().pairs, snapshot().__class__("x", "y", "z", {}), "2026")
    assert selftest.view([other, a_run()]).rows[0].decisions == 2


@pytest.mark.parametrize("ratio", [0.9, 1.0, 1.049, 1.0501, 1.2])
def test_the_rival_is_judged_by_its_own_rule(ratio):
    utils = pytest.importorskip("pytest_benchmark.utils")
    check = utils.parse_compare_fail("mean:5%")
    base, head = sample(mean=0.002), sample(mean=0.002 * ratio)
    one = runs.Run(0.0, (Pair("a", 0, "base", base, head),), snapshot(), "")
    fails = bool(check.fails({"mean": head.mean}, {"mean": base.mean}))
    assert judged.rival_flags(one) == fails


def test_what_is_missing_is_measured_in_turn():
    asked = {0.0: 20, 0.05: 10}
    assert list(selftest.missing_runs(asked, [])) == [0.0, 0.05, 0.0]
    ten = a_run(cases=[str(number) for number in range(10)])
    assert list(selftest.missing_runs(asked, [ten])) == [0.05, 0.0]
    assert list(selftest.missing_runs({0.0: 10}, [ten])) == []


def test_a_run_that_the_deadline_ends_is_not_stored(tmp_path):
    assert selftest.measure(0.0, tmp_path, time.monotonic() + 6.0) is None
    assert selftest.stored(tmp_path) == []


def test_a_module_that_is_cut_off_while_it_loads_is_no_run(tmp_path, monkeypatch):
    (tmp_path / "test_known_costs.py").write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setattr(bench, "KNOWN_COSTS", tmp_path)
    assert selftest.measure(0.0, tmp_path, time.monotonic() + 6.0) is None
    assert selftest.stored(tmp_path) == []


def test_a_module_that_does_not_load_is_an_error(tmp_path, monkeypatch):
    (tmp_path / "test_known_costs.py").write_text("import nothing_of_that_name\n")
    monkeypatch.setattr(bench, "KNOWN_COSTS", tmp_path)
    with pytest.raises(SideBroken, match="nothing_of_that_name"):
        selftest.measure(0.0, tmp_path, time.monotonic() + 3600.0)


def test_a_benchmark_that_fails_is_an_error_not_a_verdict(tmp_path, monkeypatch):
    (tmp_path / "test_known_costs.py").write_text("def test_it(benchmark):\n    1 / 0\n")
    monkeypatch.setattr(bench, "KNOWN_COSTS", tmp_path)
    with pytest.raises(SideBroken, match="ZeroDivisionError"):
        selftest.measure(0.0, tmp_path, time.monotonic() + 60.0)


def test_head_does_more_work_by_what_is_planted(tmp_path, monkeypatch):
    sides = bench.bench(0.05, bench.GateSettings()).commands
    found = {name: side.environment(0)["HARNESS_PLANTED"] for name, side in sides.items()}
    assert found == {"base": "0.0", "head": "0.05"}


def test_the_lines_are_json_of_this_version(tmp_path):
    selftest.store(tmp_path, a_run())
    line = json.loads((tmp_path / runs.NAME).read_text())
    assert line["schema"] == 1
    assert len(line["pairs"]) == 80


def test_decisions_are_found_once_for_the_same_pairs(monkeypatch, tmp_path):
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path))
    once, asked = judged.decisions, []
    monkeypatch.setattr(judged, "decisions", lambda one: asked.append(one) or once(one))
    done = a_run(0.10, seed=1)
    first = selftest.view([done])
    assert selftest.view([done]) == first
    assert len(asked) == 1
    shorter = replace(done, pairs=done.pairs[:-2])
    selftest.view([shorter])
    assert len(asked) == 2
