"""One folder per experiment, called what suites call it; `registry` finds them by name."""
