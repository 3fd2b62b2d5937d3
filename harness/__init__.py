"""The harness: continuous integration for numbers."""

__version__ = "0.1.0"
