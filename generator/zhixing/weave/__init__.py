"""Generated text put into notes: regions between markers, their checksums, and the only writer."""
