"""Frames, further sources and trusted HTML: refused by default; where the owner asks for them, that and no more."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from conftest import run, served, wait_for
from note_page import as_tree, to_html
from playwright.sync_api import Browser, Request
from test_policy import policy_of

from zhixing.site.policy import STYLE_OF_NOTE, Trusted, with_policy
from zhixing.vault.remote import NO_REMOTE, Extras, Remote, is_script_file, is_source

PLAYER = Extras(frames=Remote(every=False, hosts=frozenset({"player.example.org"})))
TRUSTED = Extras(
    sources=(("script-src", ("https://scripts.example.org/lib/", "https://own.example.org")),),
    scripts=frozenset({"scripts/图.js"}),
    trusted=True,
)


def clean(text: str, extras: Extras) -> str:
    return to_html(as_tree(text, files=["scripts/图.js"]), NO_REMOTE, extras)


FRAME = '<iframe src="https://player.example.org/v?a=1&amp;b=2" title="影 &amp; 声" width=560px onload="x()"></iframe>'


def test_a_frame_of_a_named_host_stands_in_a_sandbox_and_waits_to_be_seen() -> None:
    assert (
        '<iframe src="https://player.example.org/v?a=1&amp;b=2" title="影 &amp; 声" width="560" loading="lazy" '
        'referrerpolicy="no-referrer" '
        'sandbox="allow-forms allow-popups allow-presentation allow-same-origin allow-scripts" '
        'allow="fullscreen; picture-in-picture" allowfullscreen></iframe>'
    ) in clean(FRAME, PLAYER)


def test_a_frame_without_a_title_is_called_by_its_host() -> None:
    assert 'title="player.example.org"' in clean('<iframe src="https://player.example.org/v"></iframe>', PLAYER)


@pytest.mark.parametrize(
    "address",
    [
        "https://other.example.org/v", "http://player.example.org/v", "//player.example.org/v", "javascript:alert(1)",
        "https://player.example.org@other.example.org/", "https://player.example.org.evil.org/",
        "data:text/html,a", "https://player.example.org\\@evil.org/", "seite.html",
    ],
)  # fmt: skip
def test_other_frames_are_boxes_with_a_link(address: str) -> None:
    for extras in (PLAYER, TRUSTED, Extras()):
        page = clean(f'<iframe src="{address}" title="影"></iframe>', extras)
        assert "<iframe" not in page
        assert ">影</a>" in page


def test_by_default_no_frame_is_shown() -> None:
    page = clean(FRAME, Extras())
    assert (
        '<span class="frame"><a class="remote" href="https://player.example.org/v?a=1&amp;b=2">影 &amp; 声</a></span>'
        in page
    )


def test_words_of_ours_are_not_forged() -> None:
    page = clean(f'{FRAME}<slot name="kept0"></slot><slot name="0"></slot>', PLAYER)
    assert page.count("<iframe") == 1


GOOD = [
    ('<script src="https://scripts.example.org/lib/a.js" async data-repo="x/y" onload="z()"></script>',
     '<script src="https://scripts.example.org/lib/a.js" async="" data-repo="x/y"></script>'),
    ("<script src='https://own.example.org/a.js?b'> </script>", '<script src="https://own.example.org/a.js?b"></script>'),
    ('<script src="scripts/图.js" type="module"></script>', '<script src="scripts/图.js" type="module"></script>'),
]  # fmt: skip


@pytest.mark.parametrize(("written", "kept"), GOOD)
def test_scripts_of_named_hosts_and_files_stay_where_html_is_trusted(written: str, kept: str) -> None:
    assert kept in clean(f"<div>{written}</div>", TRUSTED)
    for extras in (Extras(sources=TRUSTED.sources, scripts=TRUSTED.scripts), PLAYER):
        assert "<script" not in clean(f"<div>{written}</div>", extras)


@pytest.mark.parametrize(
    "written",
    [
        "<script>alert(1)</script>",
        '<script src="https://own.example.org/a.js">alert(1)</script>',
        '<script src="https://other.example.org/a.js"></script>',
        '<script src="https://scripts.example.org/a.js"></script>',
        '<script src="https://scripts.example.org/lib/../a.js"></script>',
        '<script src="https://scripts.example.org/lib/%2e%2e/a.js"></script>',
        '<script src="http://own.example.org/a.js"></script>',
        '<script src="https://other.example.org/a.js" src="https://own.example.org/a.js"></script>',
        '<script src="scripts/other.js"></script>',
        '<script src="../scripts/图.js"></script>',
        '<script src="data:text/javascript,alert(1)"></script>',
        '<b onclick="alert(1)">文</b>',
        '<a href="javascript:alert(1)">文</a>',
        '<form action="javascript:alert(1)"><button formaction="javascript:alert(1)">文</button></form>',
        '<svg onload="alert(1)"><script>alert(1)</script></svg>',
        "<object data='a.html'></object><embed src='a.html'><base href='https://evil.org'>",
        '<meta http-equiv="refresh" content="0;url=https://evil.org"><link rel="stylesheet" href="a.css">',
    ],
)
def test_nothing_else_runs_in_trusted_html(written: str) -> None:
    page = clean(f"<div>{written}</div>", TRUSTED)
    assert not re.search(r"<(?:script|svg|object|embed|base|meta|link)\b|\son\w+=|javascript:", page)


def test_trusted_html_keeps_names_styles_and_forms() -> None:
    text = (
        '<div id="x" class="card md-button" style="display:grid;position:absolute" data-a="1" data-md-component="b">'
        '<form action="/search" method="get"><input type="text" name="q" placeholder="找"><select><option>甲</option>'
        '</select><button>去</button></form><a href="#x">文</a></div>\n\n<style>.card { color: red }</style>\n'
    )
    page = clean(text, TRUSTED)
    assert '<div id="x" class="card md-button" style="display:grid;position:absolute" data-a="1">' in page
    assert '<form action="/search" method="get"><input type="text" name="q" placeholder="找">' in page
    assert '<a href="#x">' in page
    assert f"{STYLE_OF_NOTE}.card {{ color: red }}</style>" in page
    plain = clean(text, Extras())
    assert not re.search(r'<form|<style|type="text"|position|id="x"|class="card|data-', plain)


def test_names_that_the_theme_looks_for_stay_its_own() -> None:
    page = clean('<p id="__config">{}</p><label for="__search">找</label><a href="#__config">文</a>', TRUSTED)
    assert 'id="user-__config"' in page
    assert 'for="user-__search"' in page
    assert 'href="#user-__config"' in page


# The policy.


@pytest.mark.parametrize(
    ("directive", "source", "allowed"),
    [
        ("script-src", "https://stats.example.org", True),
        ("script-src", "https://stats.example.org:8443/lib/a.js", True),
        ("script-src", "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='", True),
        ("img-src", "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='", False),
        ("connect-src", "wss://live.example.org", True),
        ("script-src", "wss://live.example.org", False),
        *((one, source, False) for one in ("script-src", "style-src", "img-src", "connect-src") for source in (
            "'unsafe-inline'", "'unsafe-eval'", "'strict-dynamic'", "'nonce-abc'", "'self'", "*", "https:", "http:",
            "data:", "blob:", "http://a.example.org", "https://*", "https://*.org",
            "https://a.example.org; script-src *",
            "https://a.example.org 'unsafe-inline'", "https://a.example.org/\"><script>", "https://a@b.example.org", "",
            "a.example.org", "https://a.example.org/?b",
        )),
    ],
)  # fmt: skip
def test_sources_are_places_and_hashes_and_never_keywords(directive: str, source: str, allowed: bool) -> None:
    assert is_source(directive, source) == allowed


@pytest.mark.parametrize(
    ("path", "allowed"),
    [("a.js", True), ("脚本/图 1.mjs", True), ("../a.js", False), ("a/../b.js", False), ("/a.js", False),
     ("a.svg", False),
     (".git/a.js", False), ("a/.b/c.js", False), ("https://a.org/b.js", False), ("a\\b.js", False), ("a.js?x", False)],
)  # fmt: skip
def test_files_that_are_scripts(path: str, allowed: bool) -> None:
    assert is_script_file(path) == allowed


def test_the_policy_names_what_is_set_and_no_more() -> None:
    before = policy_of(with_policy("<head>", Trusted()))
    sources = (("script-src", ("https://a.example.org",)), ("style-src", ("https://b.example.org",)),
               ("connect-src", ("https://c.example.org",)))  # fmt: skip
    after = policy_of(with_policy("<head>", Trusted(), NO_REMOTE, Extras(PLAYER.frames, sources)))
    added = {name: after[name][len(before.get(name, [])) :] for name in after if after[name] != before.get(name)}
    assert added == {
        "script-src": ["https://a.example.org"],
        "style-src": ["https://b.example.org"],
        "style-src-elem": ["https://b.example.org"],
        "connect-src": ["'self'", "https://c.example.org"],
        "frame-src": ["'self'", "https://player.example.org"],
    }
    assert before.keys() <= after.keys()


def test_style_elements_of_trusted_notes_are_named_by_their_hashes() -> None:
    page = f"<head></head>{STYLE_OF_NOTE}p{{}}</style>"
    assert len(policy_of(with_policy(page, Trusted(), NO_REMOTE, TRUSTED))["style-src-elem"]) == 2
    assert policy_of(with_policy(page, Trusted()))["style-src-elem"] == ["'self'"]


# In a browser.

NOTE = """# 页

[去盒子](#box) [[index#页]]

<div id="box" class="box">盒</div>
<style>.box { color: rgb(1, 2, 3); background-image: url(https://evil.example.org/x.png) }</style>
<button id="knob" onclick="console.warn('RAN')">按</button>
<script>console.warn('RAN')</script>
<script src="https://scripts.example.org/a.js"></script>
<script src="scripts/own.js"></script>
<script src="scripts/other.js"></script>
<script src="https://evil.example.org/a.js"></script>
<iframe src="https://player.example.org/v" title="影"></iframe>
<iframe src="https://evil.example.org/v"></iframe>
<form action="https://evil.example.org/send"><input name="q" value="a"><button id="send">送</button></form>
"""
SITE = "site_name: 站\nsite_url: https://own.example/\ndocs_dir: notes\ntheme: {name: material, font: false}\n"
EXTRAS = (
    "{remote: none, html: trusted, frames: [player.example.org], "
    "policy: {script-src: ['https://scripts.example.org', scripts/own.js]}}"
)
RAN = "window.ran = (window.ran ?? []).concat([%r]); document.querySelector('#box')?.setAttribute('data-seen', '')"


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize(
    ("setting", "asked", "ran", "colour"),
    [
        ("{remote: none}", [], [], ""),
        (EXTRAS, ["player.example.org/v", "scripts.example.org/a.js"], ["own", "remote"], "rgb(1, 2, 3)"),
    ],
)
def test_a_browser_runs_and_asks_for_what_is_named(
    browser: Browser, tmp_path: Path, setting: str, asked: list[str], ran: list[str], colour: str
) -> None:
    (tmp_path / "notes" / "scripts").mkdir(parents=True)
    (tmp_path / "mkdocs.yml").write_text(f"{SITE}plugins:\n  - zhixing: {setting}\n", encoding="utf-8")
    (tmp_path / "notes" / "index.md").write_text(NOTE, encoding="utf-8")
    for name in ("own", "other"):
        (tmp_path / "notes" / "scripts" / f"{name}.js").write_text(RAN % name, encoding="utf-8")
    done = run(sys.executable, "-m", "mkdocs", "build", "--strict", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    with served(tmp_path / "site") as address:
        page = browser.new_page()
        found: list[Request] = []
        page.route(
            re.compile("^https:"),
            lambda route: route.fulfill(
                status=200,
                body=RAN % "remote" if route.request.url.endswith(".js") else "文",
                content_type="text/javascript" if route.request.url.endswith(".js") else "text/html",
            ),
        )
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text) if message.text == "RAN" else None)
        page.on("request", lambda request: found.append(request))  # noqa: PLW0108  # Playwright marks what it is given
        page.goto(address, wait_until="load")
        page.locator("article").evaluate("one => one.lastElementChild.scrollIntoView()")
        wait_for(page, lambda: {*asked} <= {one.url.removeprefix("https://") for one in found})
        page.wait_for_timeout(500)
        assert sorted(page.evaluate("window.ran ?? []")) == ran
        assert (
            page.locator("article p > a:first-child").evaluate(
                "one => document.getElementById(one.hash.slice(1)).textContent"
            )
            == "盒"
        )
        if colour:
            assert page.locator("#box").evaluate("one => getComputedStyle(one).color") == colour
        else:
            assert page.locator("article :is(iframe, form, script, style, #box)").count() == 0
        page.locator(":is(#knob, #send)").evaluate_all("all => all.forEach(one => one.click())")
        page.wait_for_timeout(300)
        assert page.url.startswith(address)
        assert said == []
        page.close()
    far = [one for one in found if one.url.startswith("https:") and one.failure != "csp"]
    assert sorted(one.url.removeprefix("https://") for one in far) == asked
    assert not any("referer" in one.headers for one in far)
