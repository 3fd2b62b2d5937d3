"""Verdicts and records to one page and one summary. Nothing here imports torch."""

from harness.report.build import build
from harness.report.results import results_of
from harness.report.summary import comment, coverage, summary

__all__ = ["build", "comment", "coverage", "results_of", "summary"]
