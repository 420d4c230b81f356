"""The data of the search: an index in many small files; a query fetches those of its own terms.

Terms are pairs of Han characters and single ones, pairs and triples of the letters of other words, and whole words. A
term's pages are listed by where they have it (`FIELDS`). Pages are numbered by the length of their titles, so that of
equally good pages the one whose title says least else comes first. `search.js` reads what is written here and must
split text into the same terms.

Files are scripts that call one function with plain data, because pages opened from a folder may load nothing else.
"""

from __future__ import annotations

import importlib
import json
import re
import unicodedata
from array import array
from base64 import b64decode, b64encode
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from hashlib import sha256
from itertools import chain
from operator import add
from pathlib import Path

from zhixing.site.files import write_folder
from zhixing.site.search.text import Section

# Everything written without spaces between words; the same as in search.js.
_HAN = "\u3005-\u3007\u3041-\u3096\u30a1-\u30fa\u30fc\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
_RUN = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+")
_IS_HAN = re.compile(rf"[{_HAN}]")
# The commonest full-width signs of Chinese text. Without them most texts are normalised already, and finding that out
# is several times as fast as normalising.
_STOPS = "，：（）；！？"
# In its text; there often; in a heading; in another name; in its title.
FIELDS = 5
_OFTEN = 3
# Longer words are pieces of data, of which no reader knows more than the start.
_LONGEST = 40
_BYTES_IN_A_FILE = 6_000
_ONE = ord("1")
_INDEX = "index.js"


@dataclass(frozen=True, slots=True)
class Entry:
    """A page that can be found: its address below the site's, its names, its status and its text.

    `around` is what the page shows beside its text: properties, backlinks.
    """

    url: str
    title: str
    sections: tuple[Section, ...]
    aliases: tuple[str, ...] = ()
    status: str = ""
    around: tuple[Section, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """A search as it was written: titles and addresses of its pages by their numbers, and a digest of each file.

    `size` is that of the index by the measure that decides into how many files it is split.
    """

    names: tuple[tuple[str, str], ...]
    size: int
    digests: Mapping[str, str]

    @property
    def shards(self) -> int:
        """How many files hold the index."""
        return len(self.digests) - len(self.names)


def write_search(entries: Iterable[Entry], folder: Path) -> Written:
    """Write the index of pages, and a file for each page, into a folder."""
    pages = sorted(entries, key=lambda entry: order(entry.title, entry.url))
    spelled = [spell(entry) for entry in pages]
    index = _index(pages, spelled)
    shards = split(index)
    # Made one after another: together the files are the text of all notes once more.
    digests = write_folder(
        folder,
        chain(
            (file(f"t{number}", shard) for number, shard in enumerate(shards)),
            (file(f"d{number}", record(*page)) for number, page in enumerate(zip(pages, spelled, strict=True))),
        ),
        also=[_INDEX],
    )
    names = tuple((entry.title, entry.url) for entry in pages)
    written = Written(names, sum(measure(*one) for one in index.items()), digests)
    write_index(written, folder)
    return written


def write_index(written: Written, folder: Path) -> None:
    """Write the file that a query reads first."""
    version = sha256("".join(written.digests[name] for name in sorted(written.digests)).encode()).hexdigest()[:12]
    _, text = file("index", {"version": version, "pages": len(written.names), "shards": written.shards})
    (folder / _INDEX).write_bytes(text.encode())


def order(title: str, url: str) -> tuple[int, str, str]:
    """Return the key by which pages are numbered."""
    return len(squeeze(title)), title, url


def file(name: str, value: object) -> tuple[str, str]:
    """Return the name of a file, and its text."""
    data = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return f"{name}.js", f'zhixingSearch("{name}",{data})\n'


def record(entry: Entry, spelled: Sequence[str]) -> list[object]:
    """Return what a result is shown from."""
    sections = [[one.heading, one.id, one.text, one.code] for one in entry.sections]
    around = [[one.heading, one.text] for one in entry.around]
    return [entry.url, entry.title, entry.aliases, entry.status, spelled, sections, around]


# Text as terms.


def normal(text: str) -> str:
    """Return text of one case and one width."""
    return unicodedata.normalize("NFKC", text).lower()


def squeeze(text: str) -> str:
    """Return the letters and digits of a text, of one case and one width."""
    return "".join(_runs(text))


def _runs(text: str) -> list[str]:
    """Return the words of a text, of one case and one width; Chinese text up to the next sign is one."""
    for stop in _STOPS:
        text = text.replace(stop, " ")
    return _RUN.findall(normal(text))


def terms_of(text: str) -> list[str]:
    """Return the terms of a text, as often as they occur."""
    terms: list[str] = []
    last = letters = ""
    was_han = False
    for run in _runs(text):
        is_han = _IS_HAN.match(run) is not None
        if last and not (is_han and was_han):
            terms.append(f"{last[-1]}·{run[0]}")
        if is_han:
            terms += run
            terms += map(add, run, run[1:])
        else:
            terms += _word_terms(run[:_LONGEST])
        # `d_k` is found as dk, and `Q, K, V` as QKV.
        letters = f"{letters}{run}"[-3:] if len(run) == 1 and not is_han else ""
        if len(letters) > 1:
            terms += (letters[-2:], letters)
        last, was_han = run, is_han
    return terms


@lru_cache(maxsize=5_000)
def _heading_terms(heading: str) -> tuple[str, ...]:
    """Return the terms of a heading, and that by which it is found whole; notes of one template have the same ones."""
    squeezed = squeeze(heading)
    return (*terms_of(heading), f"={squeezed[:80]}") if squeezed else ()


@lru_cache(maxsize=20_000)
def _word_terms(word: str) -> tuple[str, ...]:
    """Return the terms of a word: its pairs and triples of letters, and itself unless it is a long number."""
    pairs = map(add, word, word[1:])
    triples = map("".join, zip(word, word[1:], word[2:], strict=False))
    itself = (f"{word} ",) if len(word) < 5 or not word.isdigit() else ()
    return (*pairs, *triples, *itself)


def _name_terms(name: str) -> list[str]:
    """Return the terms by which a page is found whose name is a query, or begins with it."""
    squeezed = squeeze(name)
    return [f"={squeezed[:80]}", f"^{squeezed[:1]}", f"^{squeezed[:2]}"] if squeezed else []


def spell(entry: Entry) -> list[str]:
    """Return how the Chinese names of a page are spelled in pinyin, in full and by initials; empty without pypinyin."""
    syllables_of = _pinyin()
    names = [name for name in (entry.title, *entry.aliases) if _IS_HAN.search(name)] if syllables_of else []
    spelled: dict[str, None] = {}
    for name in names:
        written = squeeze(name)
        syllables = syllables_of(name) if syllables_of else []
        initials = (one if one in written else one[:1] for one in syllables)
        spelled |= dict.fromkeys(("".join(syllables), "".join(initials)))
    return [one for one in spelled if len(one) > 1]


@cache
def _pinyin() -> Callable[[str], list[str]] | None:
    """Return what spells a name, syllable by syllable; None where pypinyin is not installed."""
    try:
        lazy_pinyin = importlib.import_module("pypinyin").lazy_pinyin
    except ImportError:
        return None
    return lambda name: [squeeze(one) for one in lazy_pinyin(name)]


# Terms as files.


def _index(pages: Sequence[Entry], spelled: Sequence[Sequence[str]]) -> dict[str, str]:
    """Return for each term the pages that have it, by field."""
    # The numbers of a large site are tens of millions: in an array each takes two bytes or four, in a list eight.
    numbers = partial(array, "H" if len(pages) <= 65_536 else "I")
    found: list[dict[str, array[int]]] = [defaultdict(numbers) for _ in range(FIELDS)]
    for number, (entry, pinyin) in enumerate(zip(pages, spelled, strict=True)):
        for field, terms in enumerate(terms_by_field(entry, pinyin)):
            pages_with = found[field]
            for term in terms:
                pages_with[term].append(number)
    total = len(pages)
    # What is encoded is dropped, so that the index is not there twice.
    return {
        term: "|".join([encode(field.pop(term, ()), total) for field in found]).rstrip("|") for term in list(found[0])
    }


def terms_by_field(entry: Entry, pinyin: Sequence[str]) -> list[Iterable[str]]:
    """Return the terms of a page: all of them, those in its text often, in headings, in other names, in its title."""
    title = [*terms_of(entry.title), *_name_terms(entry.title)]
    names = [term for name in (*entry.aliases, *pinyin) for term in (*terms_of(name), *_name_terms(name))]
    headings = [term for one in entry.sections for term in _heading_terms(one.heading)]
    texts = [text for one in entry.sections for text in (one.text, one.code)]
    body = Counter(chain.from_iterable(map(terms_of, texts)))
    often = [term for term, times in body.items() if times >= _OFTEN]
    around = set(chain.from_iterable(terms_of(one.text) for one in entry.around))
    everywhere = around.union(body, title, names, headings)
    return [everywhere, often, set(headings), set(names), set(title)]


def encode(numbers: Sequence[int], total: int) -> str:
    """Return ascending numbers below `total` as text: `b` and their bits, or `v` and their distances, as base64."""
    if not numbers:
        return ""
    dense = 8 * len(numbers) > total
    data = _bits(numbers, total) if dense else _distances(numbers)
    return ("b" if dense else "v") + b64encode(data).decode().rstrip("=")


def _bits(numbers: Sequence[int], total: int) -> bytes:
    digits = bytearray(b"0") * total
    for number in numbers:
        digits[number] = _ONE
    return int(digits[::-1], 2).to_bytes((total + 7) // 8, "little")


def _distances(numbers: Sequence[int]) -> bytes:
    """Return the distance of each number from the one before it, seven bits a byte, the lowest first."""
    data = bytearray()
    last = -1
    for number in numbers:
        distance, last = number - last - 1, number
        while distance > 127:
            data.append(distance & 127 | 128)
            distance >>= 7
        data.append(distance)
    return bytes(data)


def decode(text: str) -> list[int]:
    """Return the numbers that `encode` wrote."""
    data = b64decode(text[1:] + "=" * (-len(text[1:]) % 4))
    if text.startswith("b"):
        return [8 * at + bit for at, byte in enumerate(data) for bit in range(8) if byte >> bit & 1]
    numbers, last, distance, shift = [], -1, 0, 0
    for byte in data:
        distance |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            last += distance + 1
            numbers.append(last)
            distance = shift = 0
    return numbers


def measure(term: str, lists: str) -> int:
    """Return about how many characters a term takes in a file."""
    return len(term) + len(lists) + 12


def count_shards(size: int) -> int:
    """Return into how many files an index of a size is split."""
    return max(1, size // _BYTES_IN_A_FILE)


def split(index: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the index in parts, each term in that of its hash."""
    shards: list[dict[str, str]] = [{} for _ in range(count_shards(sum(measure(*one) for one in index.items())))]
    for term in sorted(index):
        shards[hash_of(term) % len(shards)][term] = index[term]
    return shards


def hash_of(term: str) -> int:
    """Return the 32-bit FNV-1a hash of a term's characters."""
    value = 0x811C9DC5
    for character in term:
        value = ((value ^ ord(character)) * 0x01000193) & 0xFFFFFFFF
    return value
