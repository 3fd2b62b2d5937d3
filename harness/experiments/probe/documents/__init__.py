"""Probes that ask what single documents say; no other part of the harness needs them."""
