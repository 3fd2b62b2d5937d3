import pytest
from gate_repositories import Repository, make


@pytest.fixture(autouse=True)
def _no_configuration_of_git(monkeypatch, tmp_path):
    """No name, no address, no settings: what the harness does must not need them."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "no-such-file"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("EMAIL", "GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def repository(tmp_path) -> Repository:
    return make(tmp_path / "project", {"a.py": "a = 1\n", "b/c.py": "c = 1\n"})
