"""Kernels: single operations to time, each in several ways that compute the same.

A new kernel is a `Kernel` in a module here and one entry of `registry`.
"""
