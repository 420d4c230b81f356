"""Load a vault from disk: the only reader of notes."""

from __future__ import annotations

from pathlib import Path

from zhixing.vault.vault import Vault


def load(root: Path) -> Vault:
    """Return the vault in a folder. Dot files and folders are never read, links out of the folder never followed.

    Raises NotADirectoryError where `root` is no folder. Files that cannot be read are problems of the vault.
    """
    raise NotImplementedError
