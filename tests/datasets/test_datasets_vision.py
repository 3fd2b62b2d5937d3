from __future__ import annotations

import importlib
import importlib.machinery
import subprocess
import sys
from types import ModuleType
from typing import Any

import pytest

from harness.datasets import vision
from harness.errors import DataMissing


class Importer:
    """Stands for `importlib.import_module`: the given errors first, then a module."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.asked: list[str] = []

    def __call__(self, name: str) -> Any:
        self.asked.append(name)
        if name == "torch.library":
            module = ModuleType(name)
            module.Library = _Library  # type: ignore[attr-defined]
            return module
        if self.errors:
            sys.modules["torchvision.half"] = ModuleType("torchvision.half")
            raise self.errors.pop(0)
        assert "torchvision.half" not in sys.modules
        return ModuleType(name)


class _Library:
    def __init__(self, *arguments: str) -> None:
        self.arguments = arguments
        self.schemas: list[str] = []

    def define(self, schema: str) -> None:
        self.schemas.append(schema)


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Replace the import machinery, and start with nothing declared or imported."""
    for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(vision, "_declared", [])
    monkeypatch.setattr(vision, "absent", lambda _name: None)

    def start(importer: Importer) -> Importer:
        monkeypatch.setattr(importlib, "import_module", importer)
        return importer

    yield start
    sys.modules.pop("torchvision.half", None)


def test_a_matching_pair_of_builds_is_left_untouched(use: Any) -> None:
    importer = use(Importer())
    vision.datasets("mnist")
    assert importer.asked == ["torchvision.datasets"]
    assert vision._declared == []


def test_the_two_schemas_are_declared_after_the_one_error(use: Any) -> None:
    importer = use(Importer(RuntimeError(vision.MISMATCH)))
    vision.datasets("mnist")
    assert importer.asked == ["torchvision.datasets", "torch.library", "torchvision.datasets"]
    (library,) = vision._declared
    assert library.arguments == ("torchvision", "DEF")
    assert [schema.split("(")[0] for schema in library.schemas] == ["nms", "qnms"]


def test_any_other_error_is_passed_on(use: Any) -> None:
    importer = use(Importer(RuntimeError("operator aten::nms does not exist")))
    with pytest.raises(RuntimeError, match="aten::nms"):
        vision.datasets("mnist")
    assert importer.asked == ["torchvision.datasets"]
    assert vision._declared == []


@pytest.mark.parametrize(("package", "extra"), [("torch", "torch"), ("torchvision", "data")])
def test_a_package_that_is_not_installed_is_named_with_the_extra(
    package: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch", ModuleType("torch"))
    monkeypatch.setitem(sys.modules, "torchvision", ModuleType("torchvision"))
    for name in ("torch", "torchvision"):
        sys.modules[name].__spec__ = importlib.machinery.ModuleSpec(name, None)
    monkeypatch.setitem(sys.modules, package, None)  # as if it were not there
    with pytest.raises(DataMissing, match=f"{package} is not installed") as caught:
        vision.datasets("mnist")
    assert str(caught.value).endswith(f"install claims-harness[{extra}]")


def test_the_installed_pair_gives_the_real_classes() -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    program = (
        "from harness.datasets import vision\n"
        "first, second = vision.datasets('mnist'), vision.datasets('mnist')\n"
        "assert first is second and len(vision._declared) <= 1\n"
        "print(first.MNIST.__module__, first.CIFAR10.__module__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["torchvision.datasets.mnist", "torchvision.datasets.cifar"]
