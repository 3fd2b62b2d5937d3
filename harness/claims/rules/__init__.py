"""The rules: one module per kind of claim, listed in `harness.claims.rules.registry`."""
