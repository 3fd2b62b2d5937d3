"""The regression gate: two revisions measured in pairs, and a verdict on each benchmark.

One line of its own::

    revisions -> sides (environments) -> cases -> pairs -> decisions -> result -> renderings

Nothing here prints. `harness.gate.values` holds what passes between the stages.
"""
