"""Facts of PyTorch: named scenarios of a few lines each, whose outcome is a handful of numbers.

A new scenario is one function and one entry of its theme's ``SCENARIOS``; a new theme is one module
and one entry of `harness.experiments.probe.documents.facts.registry`.
"""
