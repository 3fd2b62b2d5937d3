"""Imports what takes seconds while both sides of a gate start, not in somebody's turn."""

import contextlib

import sklearn.neighbors  # noqa: F401

with contextlib.suppress(ImportError):
    import torch  # noqa: F401
