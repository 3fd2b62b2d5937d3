"""Stage 1: a TOML file to a validated ``Suite``."""
