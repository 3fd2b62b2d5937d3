"""What ``dataset = "synthetic"`` can draw, by the name a suite writes as ``generator``.

A new generator is one `Recipe` and one entry of `harness.datasets.generators.registry`.
"""
