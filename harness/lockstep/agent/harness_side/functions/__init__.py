"""A side that times one function, or one command."""
