"""Numbers of a file, which nothing here measures."""
