"""Notes as tests: with the package installed, `pytest notes/` collects every example, expectation and claim."""
