"""Whether the search of a built site finds what it should: queries are typed into the real box in Chromium.

    python -m benchmarks.search                                    # the vault of this repository
    python -m benchmarks.search --notes 10000 --limit 600 [--keep DIR]
    python -m benchmarks.search --site DIR --vault DIR

Exit status 1 where less is found than the goals in README.md say.
"""

from __future__ import annotations

import argparse
import functools
import gzip
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

from benchmarks.search.pages import Found, read_aliases, read_pages
from benchmarks.search.queries import Query, make_queries
from benchmarks.vaults.gen_vault import Generator
from playwright.sync_api import Page, Response, sync_playwright

ROOT = Path(__file__).parents[2]
SEED = 20240601
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
CONFIG = """\
site_name: search
docs_dir: vault
theme: {name: material, font: false, language: zh, features: [navigation.prune]}
plugins: [zhixing]
"""
BOX, RESULT = "#zx-search input", ".zx-result"
READ = "css => [...document.querySelectorAll(css)].filter(one => one.offsetParent !== null).map(one => one.href)"
# A query that more pages hold has no single answer.
FEW = 8
FIRST_BYTES, FIRST_SECONDS = 300_000, 0.3
STORED = "x-stored"
"""The header that says how long a file is that is sent compressed."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a query: pages in order, seconds from the last key to the last change, bytes sent and stored."""

    query: Query
    found: tuple[str, ...]
    recall: float | None
    seconds: float
    size: int
    stored: int

    @property
    def is_among_three(self) -> bool:
        return not self.query.meant.isdisjoint(self.found[:3])


def build(folder: Path, notes: int) -> tuple[Path, Path]:
    """Build the site of a generated vault, or of this repository's own; return the site and the vault."""
    if not notes:
        command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", str(folder / "site")]
        subprocess.run(command, cwd=ROOT, check=True, stderr=subprocess.PIPE)
        return folder / "site", ROOT / "notes"
    Generator(folder / "vault", notes, SEED, 0.01).write_all()
    (folder / "mkdocs.yml").write_text(CONFIG, encoding="utf-8")
    subprocess.run([sys.executable, "-m", "mkdocs", "build", "--quiet"], cwd=folder, check=True, stderr=subprocess.PIPE)
    return folder / "site", folder / "vault"


class _Host(SimpleHTTPRequestHandler):
    """Sends text compressed, as hosts of sites do, and says how long it is when it is not."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class names it so
        pass

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        if path.suffix not in {".js", ".css"} or not path.is_file():
            super().do_GET()
            return
        data = path.read_bytes()
        sent = gzip.compress(data, 6)
        self.send_response(200)
        headers = {"Content-Type": self.guess_type(path), "Content-Encoding": "gzip", "Content-Length": len(sent)}
        for name, value in (headers | {STORED: len(data)}).items():
            self.send_header(name, str(value))
        self.end_headers()
        with suppress(ConnectionError):  # the page was left
            self.wfile.write(sent)


@contextmanager
def served(site: Path) -> Iterator[str]:
    """Serve a site; yields its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Host, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@dataclass(slots=True)
class Reader:
    """Somebody with a browser: each query is typed on a page that has just been opened, so that nothing is at hand."""

    page: Page
    address: str
    pages: Mapping[str, Found]
    size: int = 0
    stored: int = 0

    def count(self, response: Response) -> None:
        """Add what a response brings to what was fetched."""
        size = int(response.headers.get("content-length", 0))
        self.size += size
        self.stored += int(response.headers.get(STORED, size))

    def ask(self, query: Query) -> Answer:
        """Type a query and read the results once they have stopped changing."""
        self.page.goto(self.address, wait_until="load")
        self.page.keyboard.press("/")
        box = self.page.locator(BOX)
        box.wait_for()
        self.size = self.stored = 0
        start = time.perf_counter()
        box.fill(query.text)
        links, seconds = self._settled(start)
        order = [unquote(link).split("#")[0].removeprefix(self.address) for link in links]
        found = tuple(dict.fromkeys(order))
        holding = {where for where, page in self.pages.items() if query.plain.lower() in page.text} | query.meant
        recall = len(holding & {*found}) / len(holding) if len(holding) <= FEW else None
        return Answer(query, found, recall, seconds, self.size, self.stored)

    def _settled(self, start: float) -> tuple[list[str], float]:
        """Return the results, and when they last changed."""
        last: list[str] = []
        seen = 0.0
        quiet = time.perf_counter() + 5
        while time.perf_counter() < quiet:
            now = self.page.evaluate(READ, RESULT)
            if now != last:
                last, seen = now, time.perf_counter() - start
                quiet = time.perf_counter() + 0.15
            self.page.wait_for_timeout(10)
        return last, seen


def ask_all(site: Path, pages: Mapping[str, Found], queries: list[Query]) -> tuple[list[Answer], int]:
    """Return the answers, and the bytes of the index that a page fetches before the first query."""
    browser_path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    with served(site) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        early: list[str] = []
        page.on("request", lambda request: early.append(request.url))
        page.goto(address, wait_until="networkidle")
        before = sum("/assets/zhixing/search/" in url for url in early)
        # A browser's cache would hide what a first query fetches.
        page.context.new_cdp_session(page).send("Network.setCacheDisabled", {"cacheDisabled": True})
        reader = Reader(page, address, pages)
        page.on("response", lambda response: reader.count(response))  # noqa: PLW0108  # Playwright marks what it is given
        answers = [reader.ask(query) for query in queries]
        browser.close()
    return answers, before


def report(answers: list[Answer], before: int) -> bool:
    """Print a table of the answers and what was missed; return whether the goals are reached."""
    print("| queries |    n |  first | in first 3 | recall | nothing |")
    print("| :------ | ---: | -----: | ---------: | -----: | ------: |")
    for kind in dict.fromkeys(answer.query.kind for answer in answers):
        own = [answer for answer in answers if answer.query.kind == kind]
        first = sum(not answer.query.meant.isdisjoint(answer.found[:1]) for answer in own) / len(own)
        three = sum(answer.is_among_three for answer in own) / len(own)
        recall = statistics.mean([answer.recall for answer in own if answer.recall is not None] or [1.0])
        nothing = sum(not answer.found for answer in own)
        print(f"| {kind:7} | {len(own):4} | {first:6.1%} | {three:10.1%} | {recall:6.1%} | {nothing:7} |")
    missed = [one for one in answers if not one.is_among_three or (one.recall is not None and one.recall < 1)]
    for one in missed[:20]:
        print(f"missed: {one.query.text!r} ({one.query.kind}): {one.found[:3]}, recall {one.recall}")
    times = sorted(answer.seconds for answer in answers)
    largest = max(answers, key=lambda answer: answer.size)
    sizes = sorted(answer.size for answer in answers)
    late = times[int(0.95 * len(times))]
    print(f"first results: median {statistics.median(times) * 1000:.0f} ms, 95 % within {late * 1000:.0f} ms")
    usual, most = statistics.median(sizes), f"{sizes[-1]} ({largest.query.text})"
    print(f"bytes for a first query, as sent: median {usual:.0f}, at most {most}")
    print(f"as stored, uncompressed: at most {max(answer.stored for answer in answers)}")
    print(f"files of the index fetched before it: {before}")
    return not missed and not before and sizes[-1] <= FIRST_BYTES and late <= FIRST_SECONDS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--notes", type=int, default=0, help="generate a vault of so many notes")
    parser.add_argument("--keep", type=Path, help="build here and leave it, instead of in a folder that goes away")
    parser.add_argument("--site", type=Path, help="a site that is built already")
    parser.add_argument("--vault", type=Path, help="the vault that it was built from")
    parser.add_argument("--pieces", type=int, default=200, help="how many pieces of names to type")
    parser.add_argument("--limit", type=int, default=0, help="type so many queries, chosen at random")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        built = (arguments.site, arguments.vault) if arguments.site else build(folder, arguments.notes)
        pages = read_pages(built[0])
        queries = make_queries(pages, read_aliases(built[1]), arguments.pieces, SEED)
        if arguments.limit:
            queries = random.Random(SEED).sample(queries, min(arguments.limit, len(queries)))  # noqa: S311  # the same each time
        print(f"{len(pages)} pages, {len(queries)} queries\n")
        answers, before = ask_all(built[0], pages, sorted(queries, key=lambda query: query.kind))
    sys.exit(0 if report(answers, before) else 1)


if __name__ == "__main__":
    main()
