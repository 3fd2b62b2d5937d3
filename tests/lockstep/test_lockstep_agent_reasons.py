"""One line of a failure: its cause."""

from types import SimpleNamespace

import pytest

from harness.lockstep.agent.harness_side import reasons

IMPORTING = """ImportError while importing test module '/p/test_a.py'.
Hint: make sure your test modules/packages have valid Python names.
Traceback:
test_a.py:1: in <module>
    import x
E   ModuleNotFoundError: No module named 'x'"""
CONFTEST = """ImportError while loading conftest '/p/conftest.py'.
conftest.py:1: in <module>
    import x
E   ModuleNotFoundError: No module named 'x'
"""
USAGE = """ERROR: usage: __main__.py [options] [file_or_dir] [file_or_dir] [...]
__main__.py: error: unrecognized arguments: --cov=x
  inifile: /p/pytest.ini
  rootdir: /p

"""
WARNINGS = """ERROR: while parsing the following warning configuration:

  bogus::x::y

This error occurred:

invalid action: 'bogus'

"""
FAILING = """    def test_a():
>       assert f() == 2
E       AssertionError: wrong answer
E       assert 1 == 2

test_a.py:3: AssertionError"""


class Untold(Exception):
    def __str__(self):
        raise ValueError


class Backport(Exception):
    """As groups are before Python 3.11."""

    exceptions = (KeyError("k"), ValueError())


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        (IMPORTING, "ModuleNotFoundError: No module named 'x'"),
        (FAILING, "AssertionError: wrong answer"),
        ("[XPASS(strict)] known bad", "[XPASS(strict)] known bad"),
        ("", ""),
    ],
)
def test_the_cause_is_at_the_end_of_a_traceback(text, cause):
    assert reasons.of_text(text) == cause


def test_what_pytest_says_of_its_options_is_told_with_the_file_they_are_in(monkeypatch):
    monkeypatch.setattr(reasons.os.path, "relpath", lambda path: path.removeprefix("/p/"))
    found = "unrecognized arguments: --cov=x (settings: pytest.ini)"
    assert reasons.of_usage(USAGE) == found
    cause = "ModuleNotFoundError: No module named 'x'"
    assert reasons.of_usage(CONFTEST) == f"conftest.py: {cause}"
    warned = "while parsing the following warning configuration: invalid action: 'bogus'"
    assert reasons.of_usage(WARNINGS) == warned
    assert reasons.of_usage("ERROR: nothing follows this:\n\n") == "nothing follows this:"
    assert reasons.of_usage("ERROR: file or directory not found: z\n\n").endswith("not found: z")


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (ValueError("a\nb"), "ValueError: a"),
        (ValueError("\n\n  a"), "ValueError: a"),
        (ValueError("these fail:\n  a\n  b"), "ValueError: these fail: a"),
        (KeyError("k"), "KeyError: 'k'"),
        (SystemExit(3), "SystemExit: 3"),
        (RuntimeError(), "RuntimeError"),
        (Untold(), "Untold"),
        (
            ExceptionGroup("two", [ExceptionGroup("in", [ValueError("the cause")]), OSError()]),
            "ExceptionGroup: two (2 sub-exceptions): ExceptionGroup: in (1 sub-exception): "
            "ValueError: the cause",
        ),
        (Backport("two"), "Backport: two: KeyError: 'k'"),
    ],
)
def test_an_exception_is_its_class_and_first_line(error, cause):
    assert reasons.of_exception(error) == cause


@pytest.mark.parametrize(
    ("report", "text"),
    [
        ({"wasxfail": "known bad"}, "xfail: known bad"),
        ({"wasxfail": "reason: known bad"}, "xfail: known bad"),
        ({"wasxfail": ""}, "xfail"),
        ({"longrepr": ("a.py", 3, "Skipped: no GPU")}, "skipped: no GPU"),
        ({"longrepr": "no GPU"}, "skipped: no GPU"),
    ],
)
def test_skips_and_expected_failures_say_which_they_are(report, text):
    assert reasons.of_skip(SimpleNamespace(**report)) == text
