"""Verdicts outside the page: in documents, badges, tests and tables of CI services."""
