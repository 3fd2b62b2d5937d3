"""Where the cells of a run go: to processes of this machine, or to the workers of a cluster."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

from harness import environment, extras
from harness.cli.console import Output
from harness.datasets.roots import Roots
from harness.execute import client
from harness.execute.machines import LocalMachine, Machines


def prepare(cluster: str | None) -> None:
    """Begin with what takes long and can be done beside the planning.

    Raises
    ------
    LibraryMissing
        If a cluster is asked for and dask is not installed.
    """
    if cluster is None:
        client.begin()  # it imports
    else:
        extras.require("distributed")


def machines_of(
    cluster: str | None, roots: Roots, output: Output
) -> AbstractContextManager[Machines]:
    """Give what runs the cells.

    Parameters
    ----------
    cluster : str or None
        As ``--cluster`` says it; None for this machine.
    roots : Roots
        Where data lies here.
    output : Output
        For notes of workers that are refused or lost.
    """
    if cluster is None:
        return nullcontext(LocalMachine(environment.snapshot()))
    from harness.execute.cluster.cluster import serving

    return serving(cluster, roots, lambda line: output.err.print(f"note: {line}"))
