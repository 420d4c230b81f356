"""Claims: what prose states in numbers and words, held against the runs."""
