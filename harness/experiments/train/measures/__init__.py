"""Measures: what can be asked of a trained network besides its accuracy, found by name.

``[train] measure`` names them. A new measure is one function, one entry of its module's
``MEASURES``, and one line of `harness.experiments.train.measures.registry` if the module is new.
"""

from __future__ import annotations

from harness.experiments.train.measures.measure import Measure, Trained
from harness.experiments.train.measures.registry import complaints, measured, produces

__all__ = ["Measure", "Trained", "complaints", "measured", "produces"]
