"""The tables of what does not train: knn, timing, probe, speed and command."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from harness.config.table import Amount, Count, Table

Name = Annotated[str, Field(min_length=1)]
Work = Name | Annotated[tuple[Name, ...], Field(min_length=1)]
"""A function by name, or a command."""


class Knn(Table):
    """k-nearest-neighbour classification, L2, majority vote, smallest label wins ties.

    Attributes
    ----------
    n_neighbors
        Every k, all answered from one neighbour search.
    implementation
        ``two_loops``, ``one_loop`` or ``no_loop``, which find the same; ``formula``, which rounds
        as published. A backend offers those it has.
    cv_folds
        0, or the number of folds of a cross-validation on the training images instead of
        the test images.
    panel
        Test images whose nearest neighbours are kept for a figure.
    """

    n_neighbors: tuple[Count, ...] = (1,)
    implementation: Literal["two_loops", "one_loop", "no_loop", "formula"] = "no_loop"
    cv_folds: Amount = 0
    panel: Amount = 0


class Timing(Table):
    """What to time and how often.

    Attributes
    ----------
    workload
        ``train``: epochs, steps and inference of ``[model]`` under ``[train]``;
        ``neighbors``: the search of ``[knn]``; ``step``: single optimizer steps only;
        ``kernel``: one operation of `harness.experiments.timing.kernels`.
    kernel, variant
        For workload ``kernel``: the operation, and which of its ways of computing the same; its
        sizes stand in ``[params]``.
    warmup, repeats
        Units discarded, and units whose raw seconds are kept.
    transfer
        Where batches come from on an accelerator: ``resident`` on the device, ``copy`` from
        pageable memory each step, ``pinned`` from page-locked memory, ``non_blocking``.
    threads
        Threads the backend may use; 0 for all cores.
    """

    workload: Literal["train", "neighbors", "step", "kernel"] = "train"
    kernel: str = ""
    variant: str = ""
    warmup: Amount = 1
    repeats: Count = 5
    transfer: Literal["resident", "copy", "pinned"] = "resident"
    threads: Amount = 0


class Probe(Table):
    """A named measurement that is neither training nor timing.

    Attributes
    ----------
    name
        A key of `harness.experiments.probe`; the probe's own settings stand in ``[params]``.
    grad
        For ``memory``: whether the graph is kept.
    """

    name: str
    grad: bool = True


class Command(Table):
    """A program in any language that measures; ``command = ["Rscript", "fit.R"]`` is short for it.

    Its metrics are the JSON on the last line that it prints, or in the file `output`: an object of
    names and numbers, or a number.

    Attributes
    ----------
    run
        The program and its arguments; no shell reads them. ``{seed}`` and the keys of ``[params]``
        in braces are filled in, ``{{`` and ``}}`` are braces. It runs in the root of the project.
    output
        The file in which it leaves its metrics, if not on its last line. ``{output}`` in `run` is
        then a file of that name in a folder of each cell's own; without that, cells run one by one.
    """

    run: tuple[str, ...] = Field(min_length=1)
    output: str = ""


class Speed(Table):
    """Two functions, or two commands, to be timed against each other.

    Attributes
    ----------
    a, b
        A function, ``"bench/sorting.py:merge"`` or ``"package.module:function"``; or a command as a
        list, in which ``{seed}`` and keys of ``[params]`` in braces are filled in.
    setup
        A function whose result both are handed, made outside of the clock; a tuple is several
        arguments. It is itself given what it asks for by name: ``seed``, ``rng``, keys of
        ``[params]``.
    fresh
        Whether every call gets what an own call of `setup` makes: for what changes its arguments.
    burst
        Seconds that either side is measured in a cell.
    processors
        How many of them either side is kept on, and threads that its numerical libraries use.
    """

    a: Work
    b: Work
    setup: str = ""
    fresh: bool = False
    burst: float = Field(default=0.2, gt=0.0, le=600.0)
    processors: int = Field(default=1, ge=1, le=1024)
