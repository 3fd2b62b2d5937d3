"""One folder or module per experiment, called what suites call it; `registry` finds them."""
