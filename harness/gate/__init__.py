"""The regression gate: two sides measured in pairs, and a verdict that can be believed.

One line of its own::

    revisions -> sides (environments) -> cases -> pairs -> decisions -> result -> renderings

Nothing here prints. `harness.gate.values` holds what passes between the stages.
"""
