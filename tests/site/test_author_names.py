"""What an author calls elements is no name of the theme's, and nothing but an author's HTML needs cleaning."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from note_page import shown
from shape import shape

from zhixing.site.sanitise import sanitise


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('<p id="__config">{}</p>\n', '<p id="user-__config">{}</p>'),
        (
            '甲 <b class="md-overlay md-x" id=a>乙</b>\n',
            '<p>甲 <b class="user-md-overlay user-md-x" id="user-a">乙</b></p>',
        ),
        (
            '<label for="__search" title="<img src=x>">甲</label>\n',
            '<p><label for="user-__search" title="‹img src=x&gt;">甲</label></p>',
        ),
        ('<a name="n">甲</a> <a href="#n">乙</a> <a href="#题">丙</a>\n', None),
        (
            '<a id="引 理"></a>甲 [乙](#引%20理)\n',
            '<p><a id="user-引 理"></a>甲 <a href="#user-引%20理">乙</a></p>',
        ),
        (
            "# __config\n\n[[#__config]]\n",
            '<h1 id="user-__config">__config</h1>\n<p><a href="#user-__config">__config</a></p>',
        ),
        ("> [!md-overlay|md-search]\n", None),
        (
            '[甲](https://e.org "<img src=x onerror=y>")\n',
            '<p><a href="https://e.org" title="‹img src=x onerror=y&gt;">甲</a></p>',
        ),
        ('<slot name="0"></slot><i>甲</i> $x$\n', "<p><slot></slot><i>甲</i> <math><mi>x</mi></math></p>"),
    ],
)
def test_names_have_a_space_of_their_own(text: str, expected: str | None) -> None:
    page = shown(text).rstrip()
    if expected is not None:
        assert page == expected
    assert not re.search(r'(?:id|name|for|class)="(?:[^"]* )?(?:__|md-)', page)


def test_links_to_authors_own_names_still_lead_there() -> None:
    page = shown('<a name="n">甲</a> <a href="#n">乙</a> <a href="#题">丙</a>\n\n# 题\n')
    assert '<a name="user-n">' in page
    assert '<a href="#user-n">乙</a> <a href="#题">丙</a>' in page


def test_classes_of_ours_stay_on_a_page_with_html() -> None:
    page = shown("<b>甲</b>\n\n> [!tip] 题\n> #签 $x$\n\n- [x] 事\n\n```py\nx\n```\n")
    for name in ("admonition tip", "admonition-title", "tag", "task-list-item", "highlight", "n"):
        assert f'class="{name}"' in page


PIECES = st.sampled_from(
    [
        *("甲", "**b**", "<", ">", '"', "'", "&", "&lt;script>", "`<b>`", "$a<b$", "[x](javascript:y)", "[x](data:z)"),
        *("![x](https://e.org/a.png)", "![<b>](图.png)", '[x](乙.md "a<b\\"c")', "[[乙|<i>]]", "#a<b", "==a==", "[^1]"),
        *(
            "\n",
            "\n\n",
            "- ",
            "> ",
            "> [!<b>] <i>",
            "| a |\n|--|\n| <b |",
            "\n[^1]: <c",
            "```<d\n<e>\n```",
            "\\<script>",
        ),
    ]
)
# An author's HTML: what CommonMark takes for a tag.
TAG = re.compile(r"<[A-Za-z/!?]")


@settings(deadline=None)
@given(st.lists(PIECES, max_size=8).map("".join).filter(lambda text: not TAG.search(re.sub("`<b>`|<e>|<d", "", text))))
def test_what_no_author_wrote_as_html_needs_no_cleaning(text: str) -> None:
    page = re.sub(r"<math.*?</math>", "<i></i>", shown(text, files=["图.png"]), flags=re.DOTALL)
    assert shape(sanitise(page)) == shape(page)
    assert not re.search(r"<(?:script|style|iframe|object|embed|form)|\son[a-z]+=|javascript:|data:", page)
