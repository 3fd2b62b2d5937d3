"""Stage 3: cells to records, each in its own process."""
