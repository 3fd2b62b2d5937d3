"""The audit: stored cells run again, or compared between machines; what differs first, and why.

`stages` finds the first of a cell's stages that differs, `causes` what in the two environments can
have done it; `findings` says what may differ at all. `again` runs stored cells once more,
`machines` compares those of two machines, also as samples of one distribution (`spreads`).
What is promised, and what never, is in ``docs/repeatability.md``.
"""

from harness.audit.findings import Finding, compared

__all__ = ["Finding", "compared"]
