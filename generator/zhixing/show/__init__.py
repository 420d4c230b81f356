"""What a run looks like: numbers, Markdown tables, derivations, SVG figures. It knows nothing of note paths or disk."""
