import pytest

from harness.errors import UsageError
from harness.gate.sides.tox import requirements

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
