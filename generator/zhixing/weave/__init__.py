"""Writing generated text into notes: regions between markers, their checksums, and the only writer."""
