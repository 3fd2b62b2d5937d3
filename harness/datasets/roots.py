"""The two folders data sets live in: what the user has, and what was made from it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from harness import cache


@dataclass(frozen=True)
class Roots:
    """Where data sets are looked for and where decoded copies are kept.

    Attributes
    ----------
    data : Path
        Archives and parquet files as published; only ``harness data get`` writes here.
    cache : Path
        Decoded arrays; may be deleted at any time.
    """

    data: Path
    cache: Path

    @classmethod
    def find(cls, data: Path | None = None) -> Roots:
        """Return the roots in force.

        Parameters
        ----------
        data : Path or None
            Data root given on the command line; else ``HARNESS_DATA``, else the user's data
            folder. The cache root is ``HARNESS_CACHE``, else the user's cache folder.
        """
        chosen = (
            data or os.environ.get("HARNESS_DATA") or platformdirs.user_data_dir(cache.APPLICATION)
        )
        return cls(cache.absolute(str(chosen)), cache.root())
