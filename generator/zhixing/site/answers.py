"""Questions of a note whose answers fold away, so that readers can answer first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from zhixing.page.tree import Block, Callout, Document, Emphasis, Heading, Inline, Paragraph, Text
from zhixing.wording.model import Wording


def fold_answers(document: Document) -> Document:
    """Return a page on which each question in bold (`**问**：…`) opens to the answer below it (`**答**：…`)."""
    if not any(_said(block, document.wording.answers) for block in document.blocks):
        return document
    return replace(document, blocks=tuple(_folded(document.blocks, document.wording)))


def _folded(blocks: Sequence[Block], words: Wording) -> Iterator[Block]:
    at = 0
    while at < len(blocks):
        question = _said(blocks[at], words.questions)
        answer = _said(blocks[at + 1], words.answers) if question and at + 1 < len(blocks) else ()
        if not answer:
            yield blocks[at]
            at += 1
            continue
        end = _end(blocks, at + 2, words)
        first = Paragraph(blocks[at + 1].span, answer)
        yield Callout(blocks[at].span, "question", question, (first, *blocks[at + 2 : end]), fold="-")
        at = end


def _end(blocks: Sequence[Block], at: int, words: Wording) -> int:
    """Return where an answer ends: at the next question or heading."""
    while at < len(blocks) and not (isinstance(blocks[at], Heading) or _said(blocks[at], words.questions)):
        at += 1
    return at


def _said(block: Block, marks: Sequence[str]) -> tuple[Inline, ...]:
    """Return what stands behind one of these words in bold and a colon at the start of a paragraph; () if none does."""
    if not isinstance(block, Paragraph) or len(block.children) < 2:
        return ()
    first, second, *rest = block.children
    if not isinstance(first, Emphasis) or first.kind != "strong" or not isinstance(second, Text):
        return ()
    mark = "".join(one.text for one in first.children if isinstance(one, Text)).strip()
    text = second.text.lstrip()
    if mark.rstrip(":：") not in marks or not (mark.endswith((":", "：")) or text.startswith((":", "："))):
        return ()
    left = text.lstrip(":：").lstrip()
    return (*([replace(second, text=left)] if left else []), *rest)
