"""What the two sides are: revisions of a repository, checked out, each with what it runs with."""
