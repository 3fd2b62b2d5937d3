"""The experiment of suites whose numbers are in a file already: nothing is measured."""
