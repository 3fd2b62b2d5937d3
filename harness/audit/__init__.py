"""Stored cells against cells run again, or measured elsewhere: where two of them part, and why.

`stages` finds the first of a cell's stages that differs, `causes` what in the two environments can
have done it, `promise` what may differ at all. `again` runs stored cells once more, `machines`
holds those of two machines against each other, also as samples of one distribution (`spreads`).
What is promised, and what never, is in ``docs/repeatability.md``.
"""

from harness.audit.findings import Finding, compared
from harness.audit.spreads import Spread

__all__ = ["Finding", "Spread", "compared"]
