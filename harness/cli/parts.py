"""``harness list --parts``: what a suite can name besides experiments, backends and data."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from harness.experiments.probe import PROBES, Probe
from harness.experiments.timing.kernels import KERNELS
from harness.experiments.train.measures import MEASURES


@dataclass(frozen=True)
class Part:
    """Something found by name.

    Attributes
    ----------
    kind, name : str
        ``"probe"``, ``"kernel"`` or ``"measure"``, and what suites call it.
    does : str
        In a few words.
    settings : str
        The keys of ``[params]`` it reads, or the variants it has.
    choices : str
        The names that such a key may take.
    """

    kind: str
    name: str
    does: str
    settings: str = ""
    choices: str = ""


def parts() -> list[Part]:
    """Return every probe, kernel and measure."""
    return [*_probes(), *_kernels(), *_measures()]


def _probes() -> Iterator[Part]:
    for name, probe in PROBES.items():
        settings = ", ".join(probe.params.model_fields)
        yield Part("probe", name, _of_module(probe.run), settings, _choices(probe))


def _choices(probe: Probe) -> str:
    return "; ".join(f"{key}: {', '.join(sorted(names()))}" for key, names in probe.choices.items())


def _kernels() -> Iterator[Part]:
    for name, kernel in KERNELS.items():
        variants = "; ".join(f"{backend}: {', '.join(v)}" for backend, v in kernel.variants.items())
        settings = ", ".join(kernel.params.model_fields)
        yield Part("kernel", name, _of_module(kernel.inputs), settings, variants)


def _measures() -> Iterator[Part]:
    for name in sorted(MEASURES):
        yield Part("measure", name, sentence_of(inspect.getdoc(MEASURES.get(name).run) or ""))


def sentence_of(docstring: str) -> str:
    """Return the first sentence or line of a docstring, without a full stop at its end."""
    return docstring.strip().partition("\n")[0].rstrip(".").replace("``", "")


def _of_module(function: Any) -> str:
    """Return what the module of a function says it is, without its own name."""
    text = sentence_of(sys.modules[function.__module__].__doc__ or "")
    return text.partition(": ")[2] or text
