"""The user's own files: the project a suite stands in, what a module imports, their digests."""
