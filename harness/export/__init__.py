"""Records for other programs: tables, pytest-benchmark's JSON, and a crate of a run.

What is written is all raw: one row a record, every digit, and what it was made of.
"""
