"""Reading the notes of a large vault in processes of their own, one for each core.

Only `zhixing check` does so, from its only thread: a server's threads may hold locks that a fork would copy locked.
What a worker cannot do is left to the process that asked, so that every problem and every exception is as without it.
"""

from __future__ import annotations

import gc
import marshal
import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from copy import copy
from functools import partial
from multiprocessing import current_process, get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import PurePosixPath
from time import monotonic

from zhixing.checks.faces import is_plain
from zhixing.checks.own import check_own
from zhixing.checks.template import Template
from zhixing.cli.common import progress
from zhixing.problems import Problem
from zhixing.vault.note import Note
from zhixing.vault.note_data import Data, dump_problems, dump_reading, load_problems, load_reading
from zhixing.vault.vault import Vault

LEAST = 400
"""Of fewer notes, starting processes takes as long as reading."""
MOST_WORKERS = 8
CHUNK = 32
"""Notes that are sent together."""
_PATIENCE = 60.0
"""Seconds without any news after which the workers are given up."""
_TURN = 0.1
"""Seconds after which a wait for news looks whether Ctrl-C came."""

_Own = tuple[Problem, ...]
_Read = tuple[int, Data, Data]
"""A note by its number, its own problems, and what is kept of it: plain data, which `marshal` writes and reads in
half of the time that `pickle` takes for the objects."""


def read_in_workers(vault: Vault, templates: Mapping[str, Template]) -> dict[PurePosixPath, tuple[Problem, ...]]:
    """Read and condense the notes of a large vault in workers; return each one's own problems, by its path.

    Notes that say anything about examples are left out, since they are read with their examples. So is what a worker
    failed at, and everything where there are few notes, one core, no safe fork, or several threads.
    """
    notes = [note for note in vault.notes.values() if is_plain(note)]
    count = min(_count_cores(), MOST_WORKERS)
    own: dict[PurePosixPath, _Own] = {}
    if len(notes) < LEAST or count < 2 or not _may_fork():
        return own
    with progress("Reading") as tell, closing(_receive(notes, templates, count)) as received:
        for number, problems, kept in received:
            load_reading(notes[number], kept)
            own[notes[number].path] = tuple(load_problems(problems))
            tell(len(own), len(notes))
    return own


def _count_cores() -> int:
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1


def _may_fork() -> bool:
    """Return whether a fork is allowed and safe: elsewhere than on Linux, the system's libraries have own threads."""
    return sys.platform == "linux" and threading.active_count() == 1 and not current_process().daemon


# The process that asks.


def _receive(notes: Sequence[Note], templates: Mapping[str, Template], count: int) -> Generator[_Read, None, None]:
    """Yield what workers send, in any order, until the last has ended. However this ends, no worker is left."""
    with _hold_interrupts() as held:
        workers: list[BaseProcess] = []
        readers: list[Connection] = []
        try:
            with suppress(OSError):  # no more processes, or no memory for one
                for first in range(count):
                    _start(workers, readers, partial(_read_share, notes, templates, first, count))
            while readers and (ready := _wait(readers, held)):
                for reader in ready:
                    read = _take(reader)
                    if read is None:
                        readers.remove(reader)
                        reader.close()
                    else:
                        yield from read
        finally:
            for worker in workers:
                worker.kill()
                worker.join()
            for reader in readers:
                reader.close()


def _wait(readers: Sequence[Connection], held: Sequence[int]) -> list[Connection]:
    """Return the readers with news; none after Ctrl-C, or where there has been no news for long.

    The system is asked in short turns. It tells of no signal that came just before it was asked, nor of one that
    another thread took.
    """
    until = monotonic() + _PATIENCE
    while not held and monotonic() < until:
        if ready := wait(readers, _TURN):
            return [one for one in readers if one in ready]
    return []


def _take(reader: Connection) -> list[_Read] | None:
    """Return what a worker sent next; None where it has ended."""
    try:
        read: list[_Read] = marshal.loads(reader.recv_bytes())  # noqa: S302  # our own worker wrote it
        return read
    except (EOFError, OSError):
        return None


def _start(workers: list[BaseProcess], readers: list[Connection], read: Callable[[], Iterator[_Read]]) -> None:
    """Start one more worker. Raises OSError where the system has no room for it."""
    context = get_context("fork")
    reader, writer = context.Pipe(duplex=False)
    readers.append(reader)
    with closing(writer), warnings.catch_warnings():
        # Python warns of NumPy's threads. They wait for work, and its library ends them before a fork.
        warnings.simplefilter("ignore", DeprecationWarning)
        # The ends to read from are the parent's alone, or a worker would not see that the parent is gone.
        worker = context.Process(target=_work, args=(tuple(readers), writer, read), daemon=True)
        worker.start()
        workers.append(worker)


@contextmanager
def _hold_interrupts() -> Iterator[Sequence[int]]:
    """Hold back Ctrl-C, and yield a list that says whether it came. Those that are started hold it back for good.

    An exception in the middle of a start would leave a process that nobody knows; in a destructor, it would be lost.
    """
    held: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: held.append(number))
    try:
        yield held
    finally:
        signal.signal(signal.SIGINT, before)
        if held:
            signal.raise_signal(signal.SIGINT)


# A worker.


def _work(inherited: Sequence[Connection], writer: Connection, read: Callable[[], Iterator[_Read]]) -> None:
    """Send what is read of a worker's share. It ends without a word where anything fails: the parent meets it too."""
    for reader in inherited:
        reader.close()
    gc.freeze()  # a look at what the parent has would copy its memory
    with suppress(Exception):
        waiting: list[_Read] = []
        for one in read():
            waiting.append(one)
            if len(waiting) == CHUNK:
                writer.send_bytes(marshal.dumps(waiting))
                waiting = []
        writer.send_bytes(marshal.dumps(waiting))


def _read_share(notes: Sequence[Note], templates: Mapping[str, Template], first: int, count: int) -> Iterator[_Read]:
    """Yield what one of `count` workers reads.

    Each reads one note in `count`: notes of a folder are alike, so that all workers have about as much to do.
    """
    for number in range(first, len(notes), count):
        note = copy(notes[number])  # what is read of it goes with the copy
        yield number, dump_problems(check_own(note, templates)), dump_reading(note)
