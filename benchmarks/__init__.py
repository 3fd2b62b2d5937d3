"""How fast the harness is, against what a user would write or use instead."""
