"""The two folders data sets live in: what the user has, and what was made from it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import platformdirs

APPLICATION = "claims-harness"


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
        chosen = data or os.environ.get("HARNESS_DATA") or platformdirs.user_data_dir(APPLICATION)
        return cls(_absolute(str(chosen)), cache_root())


def cache_root() -> Path:
    """Return the folder of what may be deleted at any time and is then made again."""
    given = os.environ.get("HARNESS_CACHE") or platformdirs.user_cache_dir(APPLICATION)
    return _absolute(given)


def _absolute(text: str) -> Path:
    text = os.path.expanduser(text)  # noqa: PTH111 - that of Path may raise
    return _joined("" if os.path.isabs(text) else os.getcwd(), text)  # noqa: PTH109, PTH117


@lru_cache(maxsize=64)  # asked for once a case of a suite
def _joined(folder: str, text: str) -> Path:
    return Path(folder, text)
