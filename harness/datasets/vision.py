"""torchvision's data sets, and the one place that copes with mismatched builds.

``torchvision`` 0.28 for Linux comes only as a CUDA build. Beside a CPU build of ``torch`` its
compiled operators do not load, and its Python part then registers meta kernels for two operators
that nobody declared: the import ends with "operator torchvision::nms does not exist". Declaring
the two schemas (not the operators) lets the import finish; the data sets need no operator.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any

from harness import extras
from harness.errors import DataMissing

MISMATCH = "operator torchvision::nms does not exist"
ARGUMENTS = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"

_declared: list[Any] = []  # a Library takes its schemas with it when it is collected


def absent(name: str) -> str | None:
    """Return which package the data set `name` needs and does not find, without importing it."""
    reason = extras.missing("torch", "torchvision")
    return f"{name}: torchvision checks and unpacks the archives; {reason}" if reason else None


def datasets(name: str) -> ModuleType:
    """Return ``torchvision.datasets``.

    A matching pair of builds is imported as it is; schemas are declared only after the one error
    that a mismatched pair gives.

    Parameters
    ----------
    name : str
        The data set that needs it, for the message.

    Raises
    ------
    DataMissing
        If torch or torchvision is not installed.
    """
    message = absent(name)
    if message is not None:
        raise DataMissing(message)
    try:
        return importlib.import_module("torchvision.datasets")
    except RuntimeError as error:
        if MISMATCH not in str(error):
            raise
    _forget("torchvision")
    _declare()
    return importlib.import_module("torchvision.datasets")


def _forget(package: str) -> None:
    """Drop the half-imported package, so that the next import starts from its beginning."""
    for name in [name for name in sys.modules if name.split(".")[0] == package]:
        del sys.modules[name]


def _declare() -> None:
    library = importlib.import_module("torch.library").Library("torchvision", "DEF")
    for operator in ("nms", "qnms"):
        library.define(operator + ARGUMENTS)
    _declared.append(library)
