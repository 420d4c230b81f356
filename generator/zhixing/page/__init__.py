"""A note and its results as portable Markdown: what the site shows and `zhixing export markdown` writes.

Portable Markdown has no Obsidian syntax left, its links are relative paths, and its block structure reads the same to
CommonMark and to Python-Markdown.
"""

from zhixing.page.document import portable

__all__ = ["portable"]
