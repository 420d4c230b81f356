"""Rendering of runs: numbers, Markdown tables, derivations, SVG figures. It knows nothing of note paths or disk."""
