"""Data sets by name: one file per kind, found through the catalogue.

Importing this package imports no torch; a data set already decoded is read without it.
"""

from harness.datasets.catalogue import CATALOGUE, loader, names
from harness.datasets.dataset import Dataset, Facts, Loader, Roots, complaints
from harness.datasets.load import class_names, facts, load, missing, parse_use
from harness.datasets.parts import Parts, flat, parts

__all__ = [
    "CATALOGUE",
    "Dataset",
    "Facts",
    "Loader",
    "Parts",
    "Roots",
    "class_names",
    "complaints",
    "facts",
    "flat",
    "load",
    "loader",
    "missing",
    "names",
    "parse_use",
    "parts",
]
