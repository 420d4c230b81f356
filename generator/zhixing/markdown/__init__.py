"""The text of notes: scanner, Obsidian's tokens, frontmatter, anchors, numerals. Knows neither our keys nor disk."""
