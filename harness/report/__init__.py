"""Verdicts and records to one page and one summary. Nothing here imports torch."""

from harness.report.build import build
from harness.report.coverage import coverage
from harness.report.summary import summary

__all__ = ["build", "coverage", "summary"]
