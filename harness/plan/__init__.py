"""Stage 2: a ``Suite`` and a profile to cases and cells."""
