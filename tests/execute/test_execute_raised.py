import json

import pytest

from harness.execute import raised


def caught(file, code):
    names = {}
    exec(compile(code, str(file), "exec"), names)  # noqa: S102 - as if it stood in that file
    with pytest.raises(Exception) as error:  # noqa: PT011 - whichever it is
        names["work"]()
    return error.value


def test_the_place_named_is_the_innermost_of_the_users_project(tmp_path):
    (tmp_path / "pyproject.toml").write_text("")
    error = caught(
        tmp_path / "bench/forest.py", "import json\n\ndef work():\n    json.loads('{')\n"
    )
    home = str(tmp_path / "suites")
    text = raised.reason(error, home)
    assert text.startswith("JSONDecodeError: ")
    assert text.endswith(" (bench/forest.py:4)")
    assert "decoder.py" in raised.trace(error)


def test_outside_every_project_the_innermost_place_is_named(tmp_path):
    with pytest.raises(json.JSONDecodeError) as error:
        json.loads("{")
    assert " (decoder.py:" in raised.reason(error.value, "")


def test_an_installed_library_in_the_project_is_not_the_users(tmp_path):
    (tmp_path / "pyproject.toml").write_text("")
    file = tmp_path / "venv/lib/site-packages/a.py"
    error = caught(file, "def work():\n    raise OSError\n")
    assert raised.reason(error, str(tmp_path)) == "OSError (a.py:2)"
