"""What older files of projects say that tests need."""

import pytest

from harness.errors import UsageError
from harness.gate.sides.older import extras, requirements

BOTH = ("test", "dev")
TOX = """
[tox]
envlist = py311, py312-cover
[testenv]
deps =
    pytest>=7  # at least
    objproxies==0.9.4
    x[y] ; python_version < "4"
    cover: pytest-cov
    py{311,312}: numpy
    {[testenv:docs]deps}
    -rrequirements-x.txt
    -r {toxinidir}/inner/editable.txt
    -c constraints.txt
    -e .
    ./beside
[testenv:docs]
deps = sphinx
"""


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("setup(extras_require={'test': [], 'dev': []})", BOTH),
        ("setup(extras_require=dict(test=[], dev=[]))", BOTH),
        ("setup(extras_require=dict({'test': []}, dev=[]))", BOTH),
        ("setup(extras_require={'test': [], **{'dev': []}})", BOTH),
        ("setup(extras_require=dict(test=[], **{'dev': []}))", BOTH),
        ("setup(extras_require={'test': []} | {'dev': []})", BOTH),
        ("a = {'test': []}\nsetup(extras_require={**a, 'dev': []})", BOTH),
        ("e = {'test': []}\ne['dev'] = e['test']\nsetup(extras_require=e)", BOTH),
        ("e = {'test': []}\ne.update(dev=[])\nsetup(extras_require=e)", BOTH),
        ("e = {'test': []}\ne.update({'dev': []})\nsetup(extras_require=e)", BOTH),
        ("e = {'test': []}\ne.setdefault('dev', []).append('x')\nsetup(extras_require=e)", BOTH),
        ("e = {'test': []}\ne |= {'dev': []}\nsetup(extras_require=e.copy())", BOTH),
        ("e: dict = {'test': []}\nif 1:\n  if 2: e['dev'] = []\nsetup(extras_require=e)", BOTH),
        ("extras_require = {}\nextras_require['test'] = []\nsetup(x=1)", ("test",)),
        ("s = {'extras_require': {'test': []}}\nsetup(**s)", ("test",)),
        ("s = dict(extras_require={'test': []})\nsetup(**s)", ("test",)),
        ("s['extras_require'] = {'test': []}\ns['extras_require']['dev'] = []", BOTH),
        ("s['extras_require'].update(test=[])", ("test",)),
        ("e = {'test': []}\ne = {**e, 'dev': e['test']}\nsetup(extras_require=e)", BOTH),
        ("e = f\nf = e\nsetup(extras_require=e)", ()),  # made of itself
        ("setup(extras_require=read('extras.json'))", ()),
        ("setup(extras_require={**other, name: []})", ()),
        ("x = {'test': []}\nx.update(dev=[])", ()),  # of something else
        ("e = {}" + " | {}" * 3000, ()),
        ("print 'for an older Python'", ()),
        ("x = '\0'", ()),
        ("", ()),
    ],
)
def test_extras_are_read_from_a_script_that_is_not_run(tmp_path, script, expected):
    (tmp_path / "setup.py").write_text(script, encoding="utf-8")
    assert extras(tmp_path) == expected


def test_a_project_without_a_script_has_none(tmp_path):
    assert extras(tmp_path) == ()


def test_what_every_environment_is_given(tmp_path):
    (tmp_path / "tox.ini").write_text(TOX)
    (tmp_path / "requirements-x.txt").write_text("a")
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "editable.txt").write_text("-e .\n")
    assert requirements(tmp_path) == (
        "pytest>=7", "objproxies==0.9.4", 'x[y] ; python_version < "4"', "-r", "requirements-x.txt",
    )  # fmt: skip


@pytest.mark.parametrize("text", [None, "", "[testenv]", "no section", "[testenv]\n[testenv]\n"])
def test_none_where_nothing_is_said(tmp_path, text):
    if text is not None:
        (tmp_path / "tox.ini").write_text(text)
    assert requirements(tmp_path) == ()


def test_a_file_that_is_not_utf_8_is_refused(tmp_path):
    (tmp_path / "tox.ini").write_bytes(b"\xff")
    with pytest.raises(UsageError, match=r"tox\.ini must be UTF-8"):
        requirements(tmp_path)
