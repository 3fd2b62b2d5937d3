"""A stranger's experiment may leave anything: its cell ends by name, the others are stored."""

from pathlib import Path

import psutil
import pytest

from harness.execute import client

pytestmark = [
    pytest.mark.skipif(
        not Path("/proc/self/task").exists(), reason="forks, and finds what is left"
    ),
    pytest.mark.usefixtures("light"),
]

FINE = {
    *("good", "replaces_stdout", "closes_fds", "closes_fds_and_prints_on", "goes_elsewhere"),
    *("stands_nowhere", "lying", "numbers", "subclass_name", "odd_arrays"),
    *("threads_run_on", "hook_hangs", "answers_twice", "raises_in_the_child", "comet"),
    *("comet_in_sessions", "many_children", "array_that_changes", "patches_exit"),
}
FAILED = {
    "exit_0": "ended with exit code 0 and no answer",
    "raises_base": "Stern: a stern end",
    "raises_generator_exit": "GeneratorExit",
    "exits_with_text": "SystemExit: nothing to see here",
    "raises_group": "BaseExceptionGroup: many (2 sub-exceptions)",
    "text_ends_it": "no answer",
    "too_deep": "RecursionError",
    "raising_metric": "",
    "complex_metric": "metric 'value' must be a real number, got 1j (complex)",
    "signalling_nan": "metric 'value' must be a real number, got Decimal('sNaN')",
    "time_metric": "metric 'value' must be a real number, got",
    "span_metric": "metric 'value' must be a real number, got a timedelta",
    "newline_name": "the name of a metric must be 1 to 200 printable characters",
    "ten_million_samples": "samples 's' has 10000000 numbers, at most 5000000",
    "object_array": "array 'a' must be an array of numbers",
    "record_array": "array 'a' must be an array of numbers",
    "text_array": "array 'a' must be an array of numbers",
    "answers_in_the_child": "ended with exit code 0 and no answer",
    "no_files": "",
    "no_file_size": "",
    "little_memory": "",
    "little_time": "killed by SIG",
    "deletes_its_folder": "no answer; the folder for it is gone",
    "a_file_for_a_folder": "no answer; the folder for it is gone",
    "a_pipe_for_an_answer": "left an answer that cannot be read",
    "a_link_for_an_answer": "left an answer that cannot be read",
    "a_false_answer": "left an answer that cannot be read",
    "a_huge_answer": "left an answer that cannot be read",
    "a_huge_array": "left an answer that cannot be read",
    "patches_json": "",
    "patches_numpy": "",
    "patches_open": "",
    "traces_itself": "",
    "signals_its_group": "killed by SIGKILL",
    "alarm": "killed by SIGALRM",
    "excepthook": "ValueError: hooked",
}
TIMEOUT = {"endless", "endless_series", "deaf", "floods"}


@pytest.fixture
def ended(outcome_of):
    """Run experiments; give their records, and see that nobody is left."""

    def run(*names, **options):
        client.shared()
        before = {child.pid for child in psutil.Process().children(recursive=True)}
        records, _ = outcome_of(*names, "good", module="strangers", **options)
        assert records["good"].status == "ok"
        now = psutil.Process().children(recursive=True)
        assert not [one for one in now if one.pid not in before and one.pid != client.shared().pid]
        return records

    return run


def test_every_experiment_has_its_outcome():
    import strangers

    modules = ("strangers", "odd_outcomes")
    own = {n for n, v in vars(strangers).items() if getattr(v, "__module__", "") in modules}
    kinds = {n for n in own if n.islower() and not n.startswith("_")}
    assert kinds == FINE | set(FAILED) | TIMEOUT | {"a_million_metrics"}


def test_what_is_odd_and_whole_is_stored(ended):
    records = ended(*FINE - {"good"}, budget=300.0)
    assert {n: r.reason for n, r in records.items() if r.status != "ok"} == {}
    assert records["lying"].metrics == {"value": 1.0}
    assert records["answers_twice"].metrics == {"value": 1.0}


@pytest.mark.faults
def test_a_million_metrics_are_stored(ended):
    records = ended("a_million_metrics", budget=3_000.0)
    assert len(records["a_million_metrics"].metrics) == 1_000_000


def test_what_is_wrong_fails_by_name(ended):
    records = ended(*FAILED, budget=300.0)
    assert {n: r.status for n, r in records.items() if n != "good" and r.status != "failed"} == {}
    for name, words in FAILED.items():
        assert words in records[name].reason, name
        assert records[name].reason
        assert len(records[name].reason) < 3_000


def test_what_never_ends_is_ended(ended):
    records = ended(endless=TIMEOUT, jobs=4)
    assert {n: r.reason for n, r in records.items() if n in TIMEOUT and r.status != "timeout"} == {}
