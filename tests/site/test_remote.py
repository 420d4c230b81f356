"""Pictures, films and sound of other hosts: shown where the owner lets them be, and the policy allows just as much."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from conftest import run, served, wait_for
from note_page import as_tree, to_html
from playwright.sync_api import Browser, Request
from test_policy import policy_of

from casefile import Case, cases
from zhixing.site.policy import Trusted, with_policy
from zhixing.vault.remote import ALL_MEDIA, NO_REMOTE, Remote

CDN = Remote(every=False, hosts=frozenset({"cdn.example.org", "*.example.net"}))


@pytest.mark.parametrize("case", cases("remote.md"))
def test_case(case: Case) -> None:
    case.check(f"{to_html(as_tree(case.given, files=['图.png']), ALL_MEDIA).rstrip()}\n")


@pytest.mark.parametrize("case", cases("remote.md"))
def test_with_none_all_of_them_are_links(case: Case) -> None:
    page = to_html(as_tree(case.given, files=["图.png"]), NO_REMOTE)
    assert not re.search(r'src="(?:https?:)?//', page)
    addresses = re.findall(r'(?:src="|\()((?:https?:)?//[^\s")]+)', case.given)
    for address in addresses:
        assert f'href="{address.replace("&", "&amp;")}"' in page or "poster" in case.given


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("https://cdn.example.org/a.png", True),
        ("HTTPS://CDN.Example.org?a", True),
        ("https://a.b.example.net/a.png", True),
        ("https://example.net/a.png", False),
        ("https://cdn.example.org.evil.org/a.png", False),
        ("https://evil.org/cdn.example.org", False),
        ("https://cdn.example.org:8443/a.png", False),
        ("https://cdn.example.org@evil.org/a.png", False),
        ("https://evil.org\\@cdn.example.org/a.png", False),
        ("https://evil.org\t.cdn.example.org/a.png", False),
        ("https://cdn.example.org\\a.png", False),
        ("https:/cdn.example.org/a.png", False),
        ("http://cdn.example.org/a.png", False),
        ("//cdn.example.org/a.png", False),
        ("data:image/png;base64,", False),
        ("a.png", False),
    ],
)
def test_hosts_that_are_named(address: str, allowed: bool) -> None:
    assert CDN.allows(address) == allowed
    assert not NO_REMOTE.allows(address)
    assert not allowed or ALL_MEDIA.allows(address)


def test_only_named_hosts_are_shown() -> None:
    text = '![a](https://cdn.example.org/a.png) ![b](https://evil.org/b.png) <img src="https://evil.org/c.png">'
    page = to_html(as_tree(text), CDN)
    assert re.findall(r'src="([^"]*)"', page) == ["https://cdn.example.org/a.png"]


@pytest.mark.parametrize(
    ("remote", "sources"),
    [(ALL_MEDIA, ["https:"]), (NO_REMOTE, []), (CDN, ["https://*.example.net", "https://cdn.example.org"])],
)
def test_the_policy_allows_what_is_set_and_of_media_only(remote: Remote, sources: list[str]) -> None:
    page = with_policy("<head>", Trusted(), remote)
    policy = policy_of(page)
    assert policy["img-src"] == policy["media-src"] == ["'self'", "data:", *sources]
    without = policy_of(with_policy("<head>", Trusted()))
    assert {name for name in policy if policy[name] != without[name]} == (
        {"img-src", "media-src"} if sources else set()
    )
    assert ('<meta name="referrer" content="same-origin">' in page) == bool(sources)


SITE = (
    "site_name: 站\nsite_url: https://own.example/\ndocs_dir: notes\ntheme: {name: material, font: false}\nplugins:\n"
)
NOTE = """# 页

![近](https://cdn.example.org/a.png)
<video src="https://cdn.example.org/a.mp4" controls></video>
<iframe src="https://cdn.example.org/frame"></iframe>

![别处](https://other.example.net/b.png)
"""


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize(
    ("setting", "asked"),
    [
        ("none", []),
        ("media", ["cdn.example.org/a.png", "other.example.net/b.png"]),
        ("[cdn.example.org]", ["cdn.example.org/a.png"]),
    ],
)
def test_a_browser_asks_those_hosts_and_no_other(
    browser: Browser, tmp_path: Path, setting: str, asked: list[str]
) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "mkdocs.yml").write_text(f"{SITE}  - zhixing: {{remote: {setting}}}\n", encoding="utf-8")
    (tmp_path / "notes" / "index.md").write_text(NOTE, encoding="utf-8")
    assert run(sys.executable, "-m", "mkdocs", "build", "--strict", cwd=tmp_path).returncode == 0
    with served(tmp_path / "site") as address:
        page = browser.new_page()
        found: list[Request] = []
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.route(re.compile("^https:"), lambda route: route.fulfill(status=200, body=b""))
        page.on("request", lambda request: found.append(request))  # noqa: PLW0108  # Playwright marks what it is given
        page.goto(address, wait_until="load")
        wait_for(page, lambda: {*asked} <= {one.url.removeprefix("https://") for one in found})
        page.wait_for_timeout(300)
        page.close()
    far = [request for request in found if not request.url.startswith(address)]
    assert sorted(request.url.removeprefix("https://") for request in far) == asked
    assert not any("referer" in request.headers for request in far)
    assert [text for text in said if "Content Security Policy" in text] == []
