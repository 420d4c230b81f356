"""What a note's text divides into: the regions that the scanner returns."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from zhixing.source import Span


class Kind(StrEnum):
    """The kinds of region. Links, tags and claims stand in HEADING and TEXT only."""

    FRONTMATTER = "frontmatter"
    HEADING = "heading"
    FENCE = "fence"
    INDENTED = "indented"
    MATH = "math"
    COMMENT = "comment"
    HTML = "html"
    RULE = "rule"
    TEXT = "text"
    BLANK = "blank"


PROSE = frozenset({Kind.HEADING, Kind.TEXT})


@dataclass(frozen=True, slots=True)
class Region:
    """One block of a note, or the blank lines between two. Regions follow one another without a gap.

    - `span`: the whole lines, container markers (`> `, `- `) and line ends included.
    - `content`: what the delimiters enclose: a fence's lines between its fences, a formula between its `$$`, YAML
      between its `---`, a heading's text. Equal to `span` where there are no delimiters.
    - `lines`: the lines of `content` one by one, without container markers and the indent of a fence, with line ends.
      In a callout or a list the text of a fence is these spans joined, not `content`.
    - `prefix`: the container markers before the first line, as written (`> `, `  1. `), "" outside containers.
    - `info`: what stands behind an opening fence (`yaml example`), stripped.
    - `level`: 1 to 6 for a heading, else 0.
    - `closed`: False for a fence, formula or comment that ends because its container or the note does.
    - `depth`: how many containers (quotes, callouts, list items) it stands in.
    """

    kind: Kind
    span: Span
    content: Span
    lines: tuple[Span, ...] = ()
    prefix: str = ""
    info: str = ""
    level: int = 0
    closed: bool = True
    depth: int = 0
