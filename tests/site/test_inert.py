"""Documents of a vault that a browser would run are inert on the site."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from hostile import guard
from zhixing.site.inert import clean_svg, is_active, make_inert

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9">'


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        '<script href="data:text/javascript,alert(1)"/>',
        '<script xmlns="http://www.w3.org/1999/xhtml">alert(1)</script>',
        '<x:script xmlns:x="http://www.w3.org/2000/svg">alert(1)</x:script>',
        '<rect onload="alert(1)"/>',
        '<rect ONLOAD="alert(1)"/>',
        '<foreignObject><iframe xmlns="http://www.w3.org/1999/xhtml" src="javascript:alert(1)"/></foreignObject>',
        '<a href="javascript:alert(1)"><text>x</text></a>',
        '<a xlink:href=" java&#10;script:alert(1)"><text>x</text></a>',
        '<a href="data:text/html,alert(1)"><text>x</text></a>',
        '<a><animate attributeName="href" values="javascript:alert(1)"/></a>',
        '<set attributeName="onload" to="alert(1)"/>',
        '<use href="data:image/svg+xml,alert(1)"/>',
        '<use xlink:href="https://evil.example/alert(1)"/>',
        '<image href="https://evil.example/alert(1)"/>',
        '<image href="data:image/svg+xml;base64,alert(1)"/>',
        '<style>@import "https://evil.example/alert(1)";</style>',
        '<style>rect { fill: url(https://evil.example/alert(1)) }</style>',
        '<style>rect { fill: \\75rl(https://evil.example/alert(1)) }</style>',
        '<rect style="fill: url(https://evil.example/alert(1))"/>',
        '<rect fill="url(\'https://evil.example/alert(1)\')"/>',
        '<rect fill="URL(//evil.example/alert(1))"/>',
        '<handler xmlns="http://www.w3.org/2001/xml-events">alert(1)</handler>',
        '<metadata><script>alert(1)</script></metadata>',
        '<g xml:base="https://evil.example/alert(1)"/>',
        '<?xml-stylesheet href="alert(1)"?>',
        '<!-- alert(1) -->',
    ],
)  # fmt: skip
def test_nothing_of_a_picture_runs_or_fetches(inside: str) -> None:
    cleaned = clean_svg(f"{HEAD}<title>留</title>{inside}尾</svg>".encode())

    assert cleaned is not None
    assert b"alert" not in cleaned
    assert b"evil" not in cleaned
    assert "留".encode() in cleaned


def test_what_draws_is_kept() -> None:
    inside = (
        '<defs><linearGradient id="g"><stop offset="0" stop-color="red"/></linearGradient></defs>'
        '<style>rect { fill: url(#g) }</style><rect class="a" width="3" style="fill:url(#g)" transform="scale(2)"/>'
        '<text x="1" xml:space="preserve">甲 <tspan dy="2">乙</tspan> 丙</text><use xlink:href="#g"/>'
        '<a href="../注.md"><text>链</text></a><image href="data:image/png;base64,AAAA"/>'
    )
    source = f"{HEAD}{inside}</svg>"

    cleaned = clean_svg(source.encode())

    assert cleaned is not None
    assert ET.canonicalize(cleaned.decode()) == ET.canonicalize(source)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"no xml", b"<svg/>", b"<html xmlns='http://www.w3.org/1999/xhtml'/>", b"\xff\xfe",
        b"<!DOCTYPE svg [<!ENTITY a 'b'><!ENTITY c SYSTEM 'file:///etc/passwd'>]><svg>&c;</svg>",
        b"<?xml version='1.0' encoding='no-such'?><svg/>",
        HEAD.encode() + b"<g>" * 20_000 + b"</g>" * 20_000 + b"</svg>",
    ],
)  # fmt: skip
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    assert clean_svg(content) is None


def test_entities_and_floods_are_bounded() -> None:
    bomb = "".join(f"<!ENTITY e{n} '{f'&e{n - 1};' * 10}'>" for n in range(1, 12))
    with guard():
        assert clean_svg(f"<!DOCTYPE svg [<!ENTITY e0 'ha'>{bomb}]>{HEAD}<text>&e11;</text></svg>".encode()) is None
        assert clean_svg(f"{HEAD}{'<script/>x' * 100_000}</svg>".encode()) is not None


@pytest.mark.parametrize("name", ["a.html", "a.HTM", "a.shtml"])
def test_a_policy_stands_before_everything_of_a_page(tmp_path: Path, name: str) -> None:
    page = tmp_path / name
    for start in (b"", b"\xef\xbb\xbf"):
        page.write_bytes(start + b"<script>alert(1)</script>")
        made = make_inert(name, page)
        assert made is not None
        assert made.startswith(
            start + b'<!doctype html><meta http-equiv="Content-Security-Policy" content="default-src'
        )
        assert b"script-src" not in made
    page.write_bytes("<script>alert(1)</script>".encode("utf-16"))
    assert (make_inert(name, page) or b"").endswith(b"<script>alert(1)</script>")


@pytest.mark.parametrize("name", ["a.xml", "a.XHTML", "a.svgz", "a.xsl", "a.mht"])
def test_other_documents_that_run_have_no_place(tmp_path: Path, name: str) -> None:
    assert is_active(name)
    assert make_inert(name, tmp_path / name) is None


@pytest.mark.parametrize("name", ["a.png", "a.pdf", "a.canvas", "a.js", "a"])
def test_other_files_are_left_as_they_are(name: str) -> None:
    assert not is_active(name)


@pytest.mark.parametrize(
    "inside",
    [
        b'<meta http-equiv="refresh" content="0;url=https://evil.example">',
        b"<META content='0;url=//evil.example' HTTP-EQUIV = refresh>",
        b'<meta http-equiv="re&#102;resh" content="0;url=//evil.example">',
        b'<meta http\x1b(B-equiv="refresh" content="0;url=//evil.example">',
    ],
)
def test_no_document_leads_elsewhere_by_itself(tmp_path: Path, inside: bytes) -> None:
    (tmp_path / "a.html").write_bytes(b'<meta http-equiv="Content-Type" content="text/html; charset=gbk">' + inside)

    cleaned = make_inert("a.html", tmp_path / "a.html")

    assert cleaned is not None
    own = cleaned.lower().partition(b">")[2].partition(b">")[2]
    assert b"charset=gbk" in own
    assert own.replace(b"data-http-equiv", b"").count(b"http-equiv") == 1
