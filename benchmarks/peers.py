"""Us against the ways that others have, each pair timed in turns on the same threads.

``python benchmarks/peers.py [name ...]`` runs the modules of `benchmarks.rows` of these names, all
of them without any, and prints a line for each of their rows: our time over the peer's, fastest
against fastest and as the median over the pairs. Ratios are the result; seconds differ from one
machine to the next. ``--threads`` says how many threads either side has in one process.
"""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import platform
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="modules of benchmarks/rows; all by default")
    parser.add_argument("--threads", type=int, default=1)
    asked = parser.parse_args(arguments)
    # Read when the libraries are loaded, which is later.
    os.environ.update(dict.fromkeys(_THREADS, str(asked.threads)))
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    print(_machine(asked.threads))
    print("| work | against | fastest | median of pairs | pairs | target |")
    print("| --- | --- | --- | --- | --- | --- |")
    for line in _lines(asked.names or _names()):
        print(line, flush=True)


def _names() -> list[str]:
    package = importlib.import_module("benchmarks.rows")
    return sorted(module.name for module in pkgutil.iter_modules(package.__path__))


def _lines(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        for row in importlib.import_module(f"benchmarks.rows.{name}").rows():
            ratios = f"{row.fastest:.3g} | {row.median:.3g} | {row.pairs} | {row.target:.3g}"
            yield f"| {row.work} | {row.against} | {ratios} |"


def _machine(threads: int) -> str:
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    cores = os.cpu_count()
    return f"{platform.machine()}, {cores} cores, Python {platform.python_version()}{load}; " + (
        f"threads a process: {threads}\n"
    )


if __name__ == "__main__":
    main()
