"""The files beside notes that Obsidian opens, by their extension."""

from __future__ import annotations

from pathlib import PurePosixPath

PICTURES = frozenset({".avif", ".bmp", ".gif", ".jpeg", ".jpg", ".png", ".svg", ".webp"})
AUDIO = frozenset({".flac", ".m4a", ".mp3", ".ogg", ".wav", ".3gp"})
VIDEO = frozenset({".mkv", ".mov", ".mp4", ".ogv", ".webm"})
OTHERS = frozenset({".pdf", ".canvas", ".base"})


def is_attachment(path: str) -> bool:
    """Tell whether a link path names a file that is no note: `图.svg`, but not `v1.2` or `Node.js`."""
    return PurePosixPath(path).suffix.lower() in PICTURES | AUDIO | VIDEO | OTHERS
