"""In a browser: whatever an author writes, wherever, no script of it runs and no other host is asked for anything.

Where pictures and media of other hosts may be shown, these alone are asked for, by https and without a referrer.

Every payload of cases/scripts.jsonl stands in every place of a note. The pages are opened with the search's results
shown, details opened, every element pointed at and clicked. The policy has to stop no script either: cleaning does it.
"""

from __future__ import annotations

import json
import re
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
from conftest import VAULT, run, served, wait_until
from playwright.sync_api import Browser, Page, Request

PAYLOADS: tuple[str, ...] = tuple(
    json.loads(line)
    for line in (Path(__file__).parents[1] / "cases" / "scripts.jsonl").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
)
# What may make text of all that follows it; such payloads stand together, fewer on a page.
SWALLOWS = re.compile(r"<(?:!|\?|plaintext|xmp|textarea|title|style|noembed|noframes|noscript|select|script|template)")
SETTINGS = """site_name: 站
docs_dir: notes
theme:
  name: material
  font: false
  features: [content.tooltips, content.code.annotate, content.code.copy, content.footnote.tooltips, navigation.footer,
    navigation.path, search.share, search.highlight, search.suggest, toc.follow]
plugins: [search, zhixing: {remote: %s}]
markdown_extensions: [def_list]
"""
# `%s` is a payload, in one line where the place has only one.
BLOCKS = ("%s", "> %s", "- %s", "$$\n%s\n$$", "```\n%s\n```")
LINES = (
    "文 %s 文", "## %s", "- [ ] %s", "> [!note] %s\n> 文", "> [!%s]- 题\n> 文", "| %s | b |\n|---|---|\n| a | %s |",
    "![%s](图.png)", "![[图.png|%s]]", "![](<%s>)", "![a](图.png \"%s\")", "[%s](index.md)", "[a](%s)", "[a](<%s>)",
    "[a](index.md \"%s\")", "[a](index.md '%s')", "[a](index.md#%s)", "[%s]: %s '%s'", "[[%s]]", "[[index|%s]]",
    "[[index#%s]]", "[[index#^%s|a]]", "![[index#%s]]", "[[图.pdf#%s]]", "$%s$", "$\\text{%s}$", "``` %s\na\n```",
    "`%s`", "==%s==", "%%%%%s%%%%", "#%s", "文 ^%s", "[^%s]", "[^n%d]\n\n[^n%d]: %s", "文^[%s]", "%s\n: %s",
    "<b title=\"%s\">a</b>", "<b title='%s'>a</b>", "<b title=%s>a</b>", "<p id=\"%s\" class=\"%s\">a</p>",
    "<a href=\"%s\" name=\"%s\">a</a>", "<img src=\"%s\" alt=\"%s\">", "<video src=\"%s\"></video>",
    "<b style=\"%s\">a</b>", "<label for=\"%s\">a</label>", "<iframe src=\"%s\" title=\"%s\"></iframe>",
    "<time datetime=\"%s\">a</time>", "<b lang=\"%s\" dir=\"%s\" align=\"%s\">a</b>", "%s [[index]] %s",
)  # fmt: skip
LISTEN = """
window.alert = () => console.warn('RAN in ' + location);
document.addEventListener('securitypolicyviolation', found =>
  console.warn('STOPPED ' + found.effectiveDirective + ' ' + found.sourceFile));
"""
TOUCH = """() => {
  for (const one of document.querySelectorAll('details')) one.open = true;
  // Events that do not bubble reach an element's own handlers and leave out the page's, which take long.
  const events = ['pointerover', 'pointerenter', 'mouseover', 'mouseenter', 'mousemove', 'focus', 'animationstart'];
  const runs = /^(javascript|data|vbscript|blob|filesystem|feed|view-source):/;
  const stay = event => {
    const link = event.target.closest('a');
    const to = link && (link.protocol ?? link.href.baseVal.trim());
    if (link && !runs.test(to)) event.preventDefault();
  };
  // Forms of trusted notes stay, too, but for those that would run something.
  const hold = event => {
    const to = event.submitter?.getAttribute('formaction') ?? event.target.getAttribute('action') ?? '';
    if (!runs.test(new URL(to, location.href).protocol)) event.preventDefault();
  };
  window.addEventListener('click', stay, true);
  window.addEventListener('submit', hold, true);
  for (const one of document.querySelectorAll('body *')) {
    for (const name of events) one.dispatchEvent(new MouseEvent(name));
    if (one.closest('article')) one.dispatchEvent(new MouseEvent('click', {cancelable: true}));
    if (one.matches('summary, button, label, a') && one.type !== 'reset')
      one.dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true}));
  }
  window.removeEventListener('click', stay, true);
  window.removeEventListener('submit', hold, true);
}"""


def groups() -> Iterator[Sequence[str]]:
    """Yield the payloads of each note."""
    for swallows, size in ((False, 16), (True, 6)):
        found = [one for one in PAYLOADS if bool(SWALLOWS.search(one.lower())) is swallows]
        yield from (found[at : at + size] for at in range(0, len(found), size))


def fill(place: str, payload: str, number: int) -> str:
    return place.replace("%d", str(number)).replace("%s", payload).replace("%%", "%")


def properties(payloads: Sequence[str]) -> str:
    """Return frontmatter with the payloads as the value of each property, and as names of some."""
    whole = json.dumps(" ".join(payloads), ensure_ascii=False)
    each = json.dumps(payloads, ensure_ascii=False)
    named = (f"{json.dumps(one, ensure_ascii=False)}: {json.dumps(one, ensure_ascii=False)}" for one in payloads)
    texts = (f"{name}: {whole}" for name in ("title", "description", "type", "status", "date", "icon", "template"))
    lists = (f"{name}: {each}" for name in ("aliases", "tags", "requires", "related", "cssclasses", "列", "links"))
    return "\n".join(["---", *texts, *lists, f"套: {{a: {each}}}", *dict.fromkeys(named), "---", ""])


def example(payloads: Sequence[str], number: int) -> str:
    """Return an example whose labels the payloads are."""
    axis = json.dumps(payloads, ensure_ascii=False)
    return (
        f"```yaml example\nid: e{number}\naxes:\n  k: {axis}\ngiven:\n  s[k]: {[*range(len(payloads))]}\n"
        "compute:\n  w[k]: softmax(s)\nshow:\n  - table: [w]\n  - heatmap: w\n  - derivation: w\n```\n"
    )


def diagram(payloads: Sequence[str]) -> str:
    """Return a diagram whose labels the payloads are."""
    labels = (one.replace('"', "#quot;") for one in payloads)
    nodes = (f'  n{at}["{label}"]\n' for at, label in enumerate(labels))
    return f"```mermaid\ngraph TD\n{''.join(nodes)}```\n"


def note(payloads: Sequence[str], number: int) -> str:
    lines = [" ".join(payload.splitlines()) for payload in payloads]
    parts = [fill(place, line, number) for line in lines for place in LINES]
    parts += [fill(place, payload, number) for payload in payloads for place in BLOCKS]
    return properties(payloads) + example(lines, number) + diagram(lines) + "\n" + "\n\n".join(parts) + "\n"


def file_name(payload: str, number: int) -> str:
    return f"{number} " + re.sub(r"[/\x00-\x1f]", "", payload)[:60]


@pytest.fixture(scope="module", params=["none", "media", "none, html: trusted"])
def hostile_site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scripts")
    notes = folder / "notes"
    inside = notes / "<img src=x onerror=alert(1)>"
    inside.mkdir(parents=True)
    (folder / "mkdocs.yml").write_text(SETTINGS % request.param, encoding="utf-8")
    (notes / "index.md").write_text("# 首页\n\n## 题\n\n文 ^b\n", encoding="utf-8")
    for number, payloads in enumerate(groups()):
        name = file_name(payloads[0], number)
        (inside / f"{name}.md").write_text(note(payloads, number), encoding="utf-8")
        cards = [{"id": str(at), "type": "text", "text": one} for at, one in enumerate(payloads)]
        (inside / f"{name}.canvas").write_text(json.dumps({"nodes": cards, "edges": []}), encoding="utf-8")
        views = [{"type": "table", "name": one} for one in payloads]
        (inside / f"{name}.base").write_text(json.dumps({"views": views}), encoding="utf-8")
    pictures = next((VAULT / "notes").rglob("*.svg"), None)
    svg = pictures.read_text(encoding="utf-8") if pictures else '<svg xmlns="http://www.w3.org/2000/svg"></svg>'
    (notes / "图.svg").write_text(svg.replace("</svg>", "<script>alert(1)</script></svg>"), encoding="utf-8")
    (notes / "run.html").write_text("\n".join(PAYLOADS), encoding="utf-8")
    (notes / "run.js").write_text("alert(1)", encoding="utf-8")
    for name in ("图.png", "图.pdf", "x.mp4"):
        (notes / name).write_bytes(b"")
    done = run(sys.executable, "-m", "mkdocs", "build", "--quiet", cwd=folder)
    assert done.returncode == 0, done.stderr[-2000:]
    return folder / "site"


def pages(site: Path) -> list[str]:
    """Return the addresses of the notes' pages, of some tags' pages, and of files that browsers show."""
    found = sorted(str(path.relative_to(site).parent) for path in site.rglob("index.html"))
    own = [path for path in found if path.startswith("<img")]
    aliases = [path for path in own if not re.match(r"<img[^>]*>/\d+ ", path)]
    shown = [path for path in own if path not in aliases]
    # Each stands as a note, a canvas and a base.
    assert len(shown) == 3 * len([*groups()])
    tags = [path for path in found if path.startswith("tags")][::100]
    return [*(f"{quote(path)}/?q=alert" for path in (*shown, *tags)), "?q=alert", "404.html", "图.svg", "run.html"]


def touch(page: Page, url: str) -> None:
    page.goto(url, wait_until="load")
    page.evaluate(TOUCH)
    page.wait_for_timeout(100)


@contextmanager
def refused_port() -> Iterator[int]:
    """Yield a port at which every connection is refused: somebody has it, and nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@pytest.mark.browser
@pytest.mark.slow
def test_no_script_runs_and_no_other_host_is_asked(browser: Browser, hostile_site: Path) -> None:
    assert len(PAYLOADS) >= 338
    with served(hostile_site) as address, refused_port() as closed:
        context = browser.new_context(proxy={"server": f"http://127.0.0.1:{closed}", "bypass": "127.0.0.1"})
        context.add_init_script(LISTEN)
        said: list[tuple[str, str]] = []
        asked: list[Request] = []
        context.on("console", lambda message: said.append((message.page.url if message.page else "", message.text)))
        context.on("request", lambda request: asked.append(request))  # noqa: PLW0108  # Playwright marks what it is given
        page = context.new_page()
        for path in pages(hostile_site):
            touch(page, address + path)
        page.goto(f"{address}?q=alert")
        page.wait_for_selector(".zx-result")
        page.evaluate(TOUCH)
        page.wait_for_timeout(300)
    assert [text for _, text in said if text.startswith("RAN")] == []
    # What the policy stops is asked of nobody: pictures in the labels of diagrams, which mermaid lets through.
    sent = [request for request in asked if request.failure != "csp" and not request.url.startswith(address)]
    far = [request for request in sent if re.match(r"(?:https?|wss?|ftp):", request.url)]
    if "remote: media" in (hostile_site.parent / "mkdocs.yml").read_text(encoding="utf-8"):
        # Mermaid lets subtitles through in labels of diagrams, as it does pictures.
        kinds = {"image", "media", "texttrack"}
        assert [(request.resource_type, request.url) for request in far if request.resource_type not in kinds] == []
        # For a style in a diagram Chromium names the site, as it does by default, and never the page.
        told = [
            (one.url, one.headers.get("referer"))
            for one in far
            if one.headers.get("referer") not in {None, "", address}
        ]
        assert [one.url for one in far if not one.url.startswith("https://")] == []
        assert told == []
        assert far
    else:
        assert sorted({request.url for request in far}) == []
    # What mermaid itself takes out of its diagrams is reported, too.
    stopped = [one for one in said if one[1].startswith("STOPPED script") and "mermaid.min.js" not in one[1]]
    assert [one for one in stopped if "run.html" not in one[0]] == []
    context.close()


MENUS = """```mermaid
sequenceDiagram
  participant A
  link A: near @ javascript:alert(1)
  links A: {"far": "https://example.org/x", "data": "data:text/html,<script>alert(1)</script>", "js": " JaVaScRiPt:a()"}
  A->>B: hello
```
"""
# Material draws diagrams where scripts cannot look into them; this opens them.
OPEN = """const attach = Element.prototype.attachShadow
Element.prototype.attachShadow = function () { return attach.call(this, {mode: 'open'}) }"""
HREFS = """() => [...document.querySelectorAll('.mermaid')].flatMap(one => [...one.shadowRoot.querySelectorAll('a')])
  .map(one => (one.dispatchEvent(new MouseEvent('mouseover', {bubbles: true})), one.getAttribute('xlink:href')))"""


@pytest.mark.browser
@pytest.mark.slow
def test_menus_of_sequence_diagrams_lead_to_plain_addresses_only(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "mkdocs.yml").write_text(SETTINGS % "none", encoding="utf-8")
    (tmp_path / "notes" / "index.md").write_text(f"# 首页\n\n{MENUS}", encoding="utf-8")
    assert run(sys.executable, "-m", "mkdocs", "build", "--quiet", cwd=tmp_path).returncode == 0
    with served(tmp_path / "site") as address:
        page = browser.new_page()
        page.add_init_script(LISTEN)
        page.add_init_script(OPEN)
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.goto(address, wait_until="load")
        wait_until(page, "document.querySelector('.mermaid')?.shadowRoot?.querySelector('a')")
        hrefs = page.evaluate(HREFS)
        page.wait_for_timeout(200)
        page.close()
    assert {one for one in hrefs if one and one != "about:blank"} == {"https://example.org/x"}
    assert len(hrefs) >= 4
    assert [one for one in said if one.startswith("RAN")] == []
