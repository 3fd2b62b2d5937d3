"""Which cells may follow each other in one process, and what is imported before they start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain

from harness import digest
from harness.experiments import registry as experiments
from harness.types import Case, Cell

_MODULES: Mapping[str, tuple[str, ...]] = {
    "torch": ("torch",),
    "torch.optim": ("torch._dynamo",),  # its optimizers import it, which takes seconds
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


def trained_together(libraries: tuple[str, ...]) -> tuple[str, ...]:
    """Return what cells that are trained together need: the stacks have optimizers of their own."""
    return tuple(name for name in libraries if name not in _MODULES["torch.optim"])


def of(cell: Cell, use: Mapping[str, str]) -> Needs:
    """Return what a cell needs: one that times something has its process to itself.

    Parameters
    ----------
    cell : Cell
        What is to run.
    use : mapping of str to str
        Data sets to stand in for others.
    """
    case = cell.case
    experiment = experiments.of(case)
    stays = not cell.alone and (experiment.reusable or cell.reusable)
    # The code is part of it: a process has imported it as it was.
    alike = [case.experiment, case.backend, case.device, case.home, dict(case.code)]
    return Needs(
        digest.of_value(alike) if stays else "",
        tuple(chain(*_libraries(cell, experiment.libraries, use))),
    )


def _libraries(
    cell: Cell, spoken_of: frozenset[str], use: Mapping[str, str]
) -> list[tuple[str, ...]]:
    case = cell.case
    wanted = {case.backend, *spoken_of, *({"torch"} if cell.script is not None else ())}
    general = case.experiment in experiments.EXPERIMENTS
    if general:
        wanted.add("scipy")
    if "torch" in wanted and (case.settings.train is not None or not general):
        wanted.add("torch.optim")
    if _reads_digits(case, use):
        wanted.add("sklearn")
    return [modules for name, modules in _MODULES.items() if name in wanted]


def _reads_digits(case: Case, use: Mapping[str, str]) -> bool:
    """Whether scikit-learn brings its data."""
    data = case.settings.data
    return data is not None and use.get(data.dataset, data.dataset) == "digits"
