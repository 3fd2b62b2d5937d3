"""Modules that documents and docstrings name are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = {path.stem for path in (ROOT / "harness").iterdir()} - {"__init__", "__pycache__"}
DOCUMENTS = [*sorted((ROOT / "docs").glob("*.md")), ROOT / "CONTRIBUTING.md", ROOT / "README.md"]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_places_in_documents_exist(document):
    named = re.findall(r"`(?:harness/)?([\w.]+(?:/[\w.]+)+)/?`", document.read_text("utf-8"))
    ours = {place for place in named if place.partition("/")[0] in ROOMS}
    tops = (ROOT / "harness", ROOT)  # `seeding/...` is ours, `suites/...` not
    assert not {place for place in ours if not any(_is_there(top / place) for top in tops)}


def _is_there(path):
    """Whether there is a file, a folder, a module, or a name in a module."""
    module = path.with_name(f"{path.stem}.py")
    if path.exists() or not path.suffix:
        return path.exists() or module.exists()
    return module.exists() and re.search(rf"\b{path.suffix[1:]}\b", module.read_text("utf-8"))


def test_documents_name_some_places():
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    assert len(re.findall(r"`\w+/[\w/]+`", text)) > 20


def test_modules_in_docstrings_exist():
    texts = {path: path.read_text("utf-8") for path in (ROOT / "harness").rglob("*.py")}
    named = {
        (str(path.relative_to(ROOT)), name)
        for path, text in texts.items()
        for name in re.findall(r"`(harness(?:\.\w+)+)`", text)
    }
    assert len(named) > 20
    assert not {(path, name) for path, name in named if not _is_module_or_in_one(name)}


def _is_module_or_in_one(name):
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        place = ROOT.joinpath(*parts[:end])
        source = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
        if source.is_file():
            defined = parts[end : end + 1]
            return all(re.search(rf"\b{part}\b", source.read_text("utf-8")) for part in defined)
    return False
