"""Kernels: single operations to time, each in several ways that compute the same.

A new kernel is one module with a ``KERNEL`` and one entry of `harness.experiments.kernels.table`.
"""
