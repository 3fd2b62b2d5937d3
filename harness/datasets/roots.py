"""The two folders data sets live in: what the user has, and what was made from it."""

from __future__ import annotations

import os
from dataclasses import dataclass
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
        chosen = data or _variable("HARNESS_DATA") or Path(platformdirs.user_data_dir(APPLICATION))
        cache = _variable("HARNESS_CACHE") or Path(platformdirs.user_cache_dir(APPLICATION))
        return cls(_absolute(chosen), _absolute(cache))


def _absolute(path: Path) -> Path:
    return Path(os.path.expanduser(path)).absolute()  # noqa: PTH111 - that of Path may raise


def _variable(name: str) -> Path | None:
    value = os.environ.get(name)
    return Path(value) if value else None
