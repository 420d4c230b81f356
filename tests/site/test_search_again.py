"""The search that is written again after edits is, byte for byte, the one that writing all of it gives."""

from __future__ import annotations

import os
import random
from dataclasses import replace
from pathlib import Path

import pytest

from zhixing.site.search.again import write_search_again
from zhixing.site.search.index import Entry, Written, decode, encode, write_search
from zhixing.site.search.text import Section

WORDS = ("权重", "梯度", "向量", "softmax", "d_k", "Q, K, V", "2026", "损失", "分布", "长短期记忆")


def words(draw: random.Random, most: int) -> str:
    return "，".join(draw.choice(WORDS) + chr(0x4E00 + draw.randrange(900)) for _ in range(draw.randrange(most)))


def entry(draw: random.Random, number: int) -> Entry:
    return Entry(
        f"{number}/",
        f"标题{number}",
        (Section("", "", words(draw, 9)), Section(words(draw, 3), "甲", words(draw, 60), "print()", 2)),
        (words(draw, 3),),
        draw.choice(["", "草稿"]),
        (Section("反向链接", "", words(draw, 9)),),
    )


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def write_again(before: Written, folder: Path, pages: dict[str, Entry], changed: set[str]) -> Written:
    others = [(page.title, url) for url, page in pages.items() if url not in changed]
    return write_search_again(before, folder, {url: pages[url] for url in changed & pages.keys()}, others)


@pytest.mark.slow
@pytest.mark.parametrize("count", [3, 30])
def test_edits_give_the_files_of_a_whole_search(tmp_path: Path, count: int) -> None:
    draw = random.Random(count)
    pages = {f"{number}/": entry(draw, number) for number in range(count)}
    written = write_search(pages.values(), tmp_path / "again")
    splits = {written.shards}
    for number in range(40):
        changed = set(draw.sample(sorted(pages), draw.randrange(3)))
        pages |= {url: entry(draw, int(url[:-1])) for url in changed}
        if number % 8 == 7:  # a page is renamed, one is gone, one is new
            renamed, gone, new = (*draw.sample(sorted(pages), 2), f"{100 + number}/")
            pages[renamed] = replace(pages[renamed], title=words(draw, 4) or "又名")
            del pages[gone]
            pages[new] = entry(draw, 100 + number)
            changed |= {renamed, gone, new}
        written = write_again(written, tmp_path / "again", pages, changed)
        splits.add(written.shards)
        assert written == write_search(pages.values(), tmp_path / f"clean{number}")
        assert files(tmp_path / "again") == files(tmp_path / f"clean{number}")
    assert len(splits) > 1 or count == 3


def test_only_files_of_changed_terms_are_written(tmp_path: Path) -> None:
    draw = random.Random(1)
    pages = {f"{number}/": entry(draw, number) for number in range(60)}
    before = write_search(pages.values(), tmp_path)
    assert write_again(before, tmp_path, pages, set()) is before
    for path in tmp_path.iterdir():
        os.utime(path, (1, 1))  # what is written within a tick of the disk's clock would have the time that it had
    times = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    pages["7/"] = replace(pages["7/"], status="新")
    written = write_again(before, tmp_path, pages, {"7/"})
    number = written.names.index(("标题7", "7/"))
    new = {path.name for path in tmp_path.iterdir() if path.stat().st_mtime_ns != times[path.name]}
    assert new == {f"d{number}.js", "index.js"}


@pytest.mark.parametrize("total", [1, 7, 300, 5000])
def test_numbers_are_read_as_they_were_written(total: int) -> None:
    draw = random.Random(total)
    for _ in range(50):
        numbers = sorted(draw.sample(range(total), draw.randrange(total + 1)))
        assert decode(encode(numbers, total)) == numbers
