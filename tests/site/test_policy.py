"""A page may run the scripts of the theme, known by their hashes, and no script that got into it in another way."""

from __future__ import annotations

import re
import sys
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from conftest import run
from lxml import html

from zhixing.site.policy import Trusted, trust, with_policy, with_reloading


def digest(script: str) -> str:
    return f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'"


def policy_of(page: str) -> dict[str, list[str]]:
    """Return a page's policy: the sources of each directive."""
    found = re.search('<meta http-equiv="Content-Security-Policy" content="([^"]*)">', page)
    assert found
    directives = (directive.split() for directive in found[1].split(";"))
    return {name: sources for name, *sources in directives}


def test_scripts_and_styles_are_named_by_their_hashes() -> None:
    page = (
        "<!doctype html>\n<html><head><style>p{}</style><script>\r\na()</script><script src='a.js'></script>"
        '<script id="__config" type="application/json">{}</script></head></html>'
    )
    policy = policy_of(with_policy(page, trust(page)))
    assert policy["script-src"] == ["'self'", digest("\na()")]
    assert policy["style-src-elem"] == ["'self'", digest("p{}")]


@pytest.mark.parametrize("head", ["<head>", '<head class="a">', "<!DOCTYPE html><title>a</title>", "a"])
def test_the_policy_stands_before_all_that_a_page_holds(head: str) -> None:
    page = with_policy(f"{head}<script>a()</script>", Trusted())
    assert policy_of(page)["script-src"] == ["'self'"]
    assert page.index("Content-Security-Policy") < page.index("<script>")


def test_only_pages_with_diagrams_allow_style_elements() -> None:
    assert policy_of(with_policy("<head>", Trusted()))["style-src-elem"] == ["'self'"]
    diagram = with_policy('<head><pre class="mermaid">', Trusted())
    assert policy_of(diagram)["style-src-elem"] == ["'self'", "'unsafe-inline'"]


def test_the_script_that_mkdocs_serves_may_run() -> None:
    page = with_policy("<head></head><script>a()</script>", Trusted()) + "<script>reload()</script></body>"
    assert policy_of(with_reloading(page.encode()).decode())["script-src"] == ["'self'", digest("reload()")]


HOOK = """
def on_page_content(html, **_):
    return html + "<script>note()</script><style>note{}</style>"
"""


@pytest.mark.slow
def test_what_stands_in_a_note_is_not_trusted(tmp_path: Path) -> None:
    settings = "site_name: a\ndocs_dir: notes\ntheme: {name: %s}\nplugins: [search, zhixing]\nhooks: [hook.py]\n"
    (tmp_path / "notes" / "<img src=x onerror=note()>").mkdir(parents=True)
    (tmp_path / "notes" / "index.md").write_text("甲\n", encoding="utf-8")
    (tmp_path / "notes" / "<img src=x onerror=note()>" / "a.md").write_text("甲\n", encoding="utf-8")
    (tmp_path / "hook.py").write_text(HOOK, encoding="utf-8")
    for theme in ("material", "mkdocs"):
        (tmp_path / "mkdocs.yml").write_text(settings % theme, encoding="utf-8")
        done = run(sys.executable, "-m", "mkdocs", "build", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        for name in ("index.html", "404.html"):
            page = (tmp_path / "site" / name).read_text(encoding="utf-8")
            policy = policy_of(page)
            scripts = html.fromstring(page).iter("script")
            inside = [script.text or "" for script in scripts if not {"src", "type"} & {*script.attrib}]
            assert ("note()" in inside) is (name == "index.html")
            stopped = [script for script in inside if digest(script) not in policy["script-src"]]
            assert stopped == ["note()"] * (name == "index.html"), theme
            assert digest("note()") not in policy["script-src"]
            assert digest("note{}") not in policy["style-src-elem"]
            assert "<img src=x" not in page.replace("/<img src=x", "")
