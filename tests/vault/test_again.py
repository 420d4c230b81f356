"""What is taken of an earlier vault is what would be worked out anew."""

from __future__ import annotations

import pytest

from small_vaults import vault_of
from zhixing.vault.graph import edges, take_edges
from zhixing.vault.vault import Vault

TEXTS = {
    "甲.md": "---\naliases: [头]\n---\n# 甲\n\n## 节\n\n[[乙#节]] [[丙]] [[图.png]] [[无]]\n",
    "乙.md": "# 乙\n\n## 节\n\n[[头]] [[甲#节]]\n",
    "丙.md": "# 丙\n\n![[乙]]\n",
    "图.png": "",
}


def later(earlier: Vault, **texts: str) -> Vault:
    """Return the vault with other texts; notes whose texts are the same are the same objects."""
    changed = vault_of(TEXTS | {f"{name}.md": text for name, text in texts.items()})
    notes = {path: earlier.notes.get(path, note) for path, note in changed.notes.items()}
    notes |= {path: note for path, note in changed.notes.items() if path.stem in texts}
    return Vault(changed.root, notes, changed.files)


@pytest.mark.parametrize(
    "texts",
    [
        {"乙": "# 乙\n\n## 另一节\n\n[[丙]]\n"},
        {"甲": "---\naliases: [首]\n---\n# 甲\n\n[[乙#节]]\n"},
        {"无": "# 无\n"},
        {"丙": "# 丙\n\n![[甲]]\n"},
        {},
    ],
    ids=str,
)
def test_links_taken_of_an_earlier_vault_point_where_they_would(texts: dict[str, str]) -> None:
    earlier = vault_of(TEXTS)
    edges(earlier)
    taken = later(earlier, **texts)
    take_edges(taken, earlier)
    anew = Vault(taken.root, taken.notes, taken.files)
    assert edges(taken) == edges(anew)
    assert all(one is taken.notes[one.path] for edge in edges(taken) if (one := edge.resolution.note))
