import pytest
from gate_projects import quick_python, wheel
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


@pytest.fixture
def packages(tmp_path, monkeypatch):
    """Stand in for the package index, in the way in which a user would configure pip."""
    for name, version in (("pytest", "9.9"), ("pytest-benchmark", "9.9")):
        wheel(tmp_path / "wheels", name, version)
    for version in ("1.0", "2.0"):
        wheel(tmp_path / "wheels", "dependency", version)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    monkeypatch.setenv("PIP_USER", "1")  # as in some pip.conf; it contradicts an environment
    for name in ("PYTHONPATH", "PIP_CONFIG_FILE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def trees(tmp_path):
    def write(base, head):
        return {
            "base": make(tmp_path / "base", base).folder,
            "head": make(tmp_path / "head", head).folder,
        }

    return write


@pytest.fixture
def told():
    return []


@pytest.fixture
def quick(tmp_path):
    return quick_python(tmp_path)
