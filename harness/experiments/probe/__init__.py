"""Probes: small measurements that are neither training nor timing, found by name.

A new probe is one module with a ``PROBE`` and one entry of `harness.experiments.probe.registry`.
"""
