"""Nothing in a note's HTML runs or asks another host for anything; what is harmless stays."""

from __future__ import annotations

import pytest
from note_page import shown as render

from hostile import guard
from zhixing.site.sanitise import sanitise

REMOTE_FILM = '<a class="remote" href="https://e.org/a.mp4">https://e.org/a.mp4</a>'
REMOTE = '<a class="remote" href="{}" rel="noopener noreferrer">甲</a>'


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("<script>alert(1)</script>a", "a"),
        ("<style>@import url(https://e.org)</style>a", "a"),
        ('<p onclick="alert(1)">a</p>', "<p>a</p>"),
        ('<a href="javascript:alert(1)">a</a>', "<a>a</a>"),
        ('<a href=" java\nscript:alert(1)">a</a>', "<a>a</a>"),
        ('<a href="data:text/html,x">a</a>', "<a>a</a>"),
        ('<a href="ms-msdt:x">a</a><a href="zotero://x">b</a>', '<a>a</a><a href="zotero://x">b</a>'),
        (
            '<iframe src="https://e.org/a" title="片" onload="x"></iframe>a',
            '<a class="remote" href="https://e.org/a">片</a>a',
        ),
        ('<iframe srcdoc="<script>alert(1)</script>"></iframe>a', "a"),
        ('<iframe src="javascript:alert(1)"></iframe>a', '<a class="remote">javascript:alert(1)</a>a'),
        ("<iframe></iframe>a", "a"),
        ('<svg onload="alert(1)"><p>a</svg>', "<p>a</p>"),
        ('<object data="x"></object><embed src="x"><base href="x"><meta http-equiv="refresh">a', "a"),
        ('<form action="x"><button>a</button></form>', "a"),
        ('<p style="background:url(https://e.org);color:red;position:fixed">a</p>', '<p style="color:red">a</p>'),
        (
            '<img src="https://e.org/a.png" alt="甲">',
            REMOTE.format("https://e.org/a.png"),
        ),
        (
            '<img src="//e.org/a.png" alt="甲">',
            REMOTE.format("//e.org/a.png"),
        ),
        ('<img src="/\\e.org/a" alt="甲">', REMOTE.format("/\\e.org/a")),
        ('<img src="a.png" srcset="https://e.org/b.png 2x" onerror="x">', '<img src="a.png" loading="lazy">'),
        ('<video src="https://e.org/a.mp4" poster="https://e.org/b.png"></video>', REMOTE_FILM),
        ('<video controls>\n<source src="https://e.org/a.mp4" type="video/mp4"></video>', REMOTE_FILM),
        (
            "<audio><source src=//e.org/a.mp3><source src='//e.org/a.ogg'></audio>",
            REMOTE_FILM.replace("https:", "").replace("mp4", "mp3"),
        ),
        (
            '<video><source src="https://e.org/a.mp4"><source src="a.mp4"></video>',
            '<video><source><source src="a.mp4"></video>',
        ),
        ("<progress value=3 max=5 onclick=x></progress>", '<progress value="3" max="5"></progress>'),
        ('<meter value="0.5" low="0.2">a</meter>', '<meter value="0.5" low="0.2">a</meter>'),
        (
            '<img src="a.mp4" width="300" alt="影">',
            '<video controls preload="metadata" src="a.mp4" width="300" aria-label="影"></video>',
        ),
        ('<img src="a.mp3" alt="声">', '<audio controls preload="metadata" src="a.mp3" aria-label="声"></audio>'),
        (
            '<img src="a.mp4#t=30" alt="影">',
            '<video controls preload="metadata" src="a.mp4#t=30" aria-label="影"></video>',
        ),
        ('<audio src="a.mp3" controls></audio>', '<audio src="a.mp3" controls=""></audio>'),
        (
            '<img src="a.pdf#page=3&amp;height=400" alt="文">',
            '<span class="pdf">'
            '<iframe src="a.pdf#page=3&amp;height=400" title="文" loading="lazy" height="400"></iframe>'
            '<a class="document" href="a.pdf#page=3&amp;height=400">文</a></span>',
        ),
        ("a<!-- b -->c", "ac"),
        ('<input type="image" src="https://e.org">', '<input type="checkbox">'),
        ('<details open=""><summary>甲</summary>乙</details>', '<details open=""><summary>甲</summary>乙</details>'),
        ('<td style="text-align: right;">1</td>', "1"),
        (
            "<kbd>Ctrl</kbd> <sub>1</sub> <ruby>漢<rt>hàn</rt></ruby>",
            "<kbd>Ctrl</kbd> <sub>1</sub> <ruby>漢<rt>hàn</rt></ruby>",
        ),
        ("<div>没关", "<div>没关</div>"),
    ],
)
def test_what_is_left(given: str, expected: str) -> None:
    assert sanitise(given) == expected


def test_a_long_page_of_tags_ends() -> None:
    with guard():
        assert "<b>" in sanitise("<b>" * 200 + '<img src="' * 10_000)
        sanitise("<iframe " * 20_000)
        sanitise('<iframe a="' * 20_000)
        sanitise("<iframe src='x" * 20_000)
        sanitise("<video>" + "<source src='x'> " * 10_000 + "<source '")
        sanitise(("<video>" + " " * 100) * 1_000)


@pytest.mark.parametrize("piece", ["<div>\n", "<span>", "<div><b>", "<details>\n\n"])
def test_a_note_of_nothing_but_tags_is_cleaned_in_linear_time(piece: str) -> None:
    with guard():
        shown = render(piece * (300_000 // len(piece)) + "\n\nfine\n")
    assert "fine" in shown
    assert "&lt;" in shown  # beyond so many, tags are text


def test_tables_have_as_many_cells_as_their_author_likes() -> None:
    shown = render(f"<table>{'<tr><td>1</td></tr>' * 10_000}</table>\n")
    assert shown.count("<td>") == 10_000
    assert "&lt;" not in shown
