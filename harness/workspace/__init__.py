"""What the command line and Python both do with suites, without printing anything."""
