"""Extras that stand in a script which nobody runs."""

import pytest

from harness.gate.sides.scripts import extras

BOTH = ("test", "dev")


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
