"""Which cells may follow each other in one process, and what is imported before they start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness import digest
from harness.experiments import registry as experiments
from harness.types import Case, Cell

_MODULES: Mapping[str, tuple[str, ...]] = {
    # The first optimizer step imports the second, seconds of it.
    "torch": ("torch", "torch._dynamo"),
    "sklearn": ("sklearn.datasets", "sklearn.neighbors"),
    "scipy": ("scipy.special", "scipy.linalg"),
}


@dataclass(frozen=True)
class Needs:
    """What the process of a cell must be.

    Attributes
    ----------
    kind : str
        Its process may have run other cells of this kind; ``""`` for none.
    libraries : tuple of str
        Modules to import once, before any cell starts. What a cell imports of them itself would
        come after the number of threads is set, and not keep to it.
    """

    kind: str
    libraries: tuple[str, ...]


def of(cell: Cell) -> Needs:
    """Return what a cell needs: one that times something has its process to itself."""
    case = cell.case
    experiment = experiments.of(case)
    stays = not cell.alone and (experiment.reusable or cell.reusable)
    # The code is part of it: a process has imported it as it was.
    alike = [case.experiment, case.backend, case.device, case.home, dict(case.code)]
    return Needs(
        digest.of_value(alike) if stays else "",
        tuple(name for library in _libraries(cell, experiment.libraries) for name in library),
    )


def _libraries(cell: Cell, spoken_of: frozenset[str]) -> list[tuple[str, ...]]:
    case = cell.case
    wanted = {case.backend, *spoken_of, *({"torch"} if cell.script is not None else ())}
    if case.experiment in experiments.EXPERIMENTS:
        wanted.add("scipy")
    if _reads_digits(case):
        wanted.add("sklearn")
    return [modules for name, modules in _MODULES.items() if name in wanted]


def _reads_digits(case: Case) -> bool:
    """Whether scikit-learn brings its data."""
    return case.settings.data is not None and case.settings.data.dataset == "digits"
