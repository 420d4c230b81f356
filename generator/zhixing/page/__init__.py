"""A note and its results as a page: a tree of typed pieces, written as HTML for the site, as Markdown for exports."""

from zhixing.page.read import read_page
from zhixing.page.tree import Document

__all__ = ["Document", "read_page"]
