"""What authors of other vaults put into their notes is shown, or a box says why it is not."""

from __future__ import annotations

import pytest
from note_page import shown

from casefile import Case, cases

OTHERS = {"乙.md": "## ==亮== 与 **粗**\n\n文\n"}


@pytest.mark.parametrize("case", cases("foreign.md"))
def test_case(case: Case) -> None:
    case.check(f"{shown(case.given, OTHERS).rstrip()}\n")


def test_a_note_that_is_a_drawing_says_so() -> None:
    page = shown("---\nexcalidraw-plugin: parsed\n---\n# Text Elements\n甲 ^abc\n")
    assert page.startswith('<div class="admonition quote">')
    assert "Excalidraw" in page
    assert "甲" in page
