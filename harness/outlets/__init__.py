"""Verdicts where others look for them: in documents, badges, tests and tables of CI services."""
