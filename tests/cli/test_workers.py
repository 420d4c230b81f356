"""Reading in several processes changes nothing that `zhixing check` says, and leaves no process behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from shell import vault
from small_vaults import DECLARED

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere one process reads all notes")

TEXTS = (
    "---\naliases: [别名{n}]\ntags: [甲, 乙/丙]\nrelated: ['[[注1]]', '[[没有]]']\n---\n"
    "# 标题 {n}\n\n见 [[注2#节|二]]、![[注3]]、[四](注4.md)。\n",
    "---\ntags: [\n---\n## 节\n\n[[注1#没有的节]] [[别名0]] [[注2#^无]] [x](y.png) ^块{n}\n",
    "---\ntitel: 错\npublish: 也许\n---\n# 甲\n\n$\\frac{{1}}{{$ 与 $\\没有$\n\n```yaml exmaple\nid: 例\n```\n",
    "脚注[^1] [^2] [[#节]] [[]]\n\n[^1]: 注 [[注1]]\n\n> [!note] 框\n> 文 ^引{n}\n\n<script>\n",
    "---\nrequires: ['[[注{n}]]']\n---\n- [ ] 事 #标签/{n}\n\n[ref][r] <https://例.中国> %%藏%%\n\n"
    "[r]: 注5.md#节 '名'\n",
    "# 说 {n}\n\n结果是 0.7<!--= 水果.w[0] -->，0.6<!--= 水果.w[0] -->，见 ![[例#^水果.w]]。\n",
    "",
)
SETUP = """
import os, signal, sys, threading, time
from pathlib import Path
from zhixing import compose
from zhixing.cli import examine, main, workers

workers.LEAST, workers.CHUNK = {least}, 3
workers._count_cores = lambda: 3
parent, folder = os.getpid(), Path(sys.argv[1])
check_own, read_in_workers = workers.check_own, workers.read_in_workers

def counted(*given):
    found = read_in_workers(*given)
    (folder / "read").write_text(str(len(found)))
    return found

examine.read_in_workers = counted
"""
RUN = "\nmain(sys.argv[2:])\n"
FAIL = """
def fail(note, templates):
    if note.name in ("注8", "注30"):
        if os.getpid() != parent or {everywhere}:
            {act}
    return check_own(note, templates)

workers.check_own = compose.check_own = fail
"""
WAIT = """
workers.CHUNK = 1

def wait(note, templates):
    (folder / "pids" / str(os.getpid())).touch()
    time.sleep({seconds})
    return check_own(note, templates)

workers.check_own = wait
"""


def write_vault(folder: Path) -> Path:
    texts = {f"注{n}": TEXTS[n % len(TEXTS)].format(n=n) for n in range(60)}
    (folder / "pids").mkdir()
    return vault(folder, 例=f"# 例\n\n{DECLARED}\n", **texts)


def start(project: Path, least: int, extra: str, *words: str) -> subprocess.Popen[bytes]:
    script = SETUP.format(least=least) + extra + RUN
    environment = {**os.environ, "XDG_CACHE_HOME": str(project / "cache")}
    return subprocess.Popen(
        [sys.executable, "-c", script, str(project), "check", *words],
        cwd=project, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


def check(project: Path, least: int, extra: str, *words: str) -> tuple[bytes, bytes, int, int]:
    """Return what a cold check prints, its exit status, and how many notes workers read."""
    process = start(project, least, extra, "--no-cache", *words)
    out, error = process.communicate(timeout=60)
    return out, error, process.returncode, int((project / "read").read_text())


def runs(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until(met: Callable[[], bool], seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.mark.parametrize("words", [("--all",), ("--json",)])
def test_workers_say_what_one_process_says(tmp_path: Path, words: tuple[str, ...]) -> None:
    project = write_vault(tmp_path)

    alone, spread = check(project, 10**9, "", *words), check(project, 1, "", *words)

    assert spread[:3] == alone[:3]
    assert (alone[3], spread[3]) == (0, 52)  # all but the example and the claims about it
    assert alone[2] == 1
    assert alone[0].count(b"\n") > 100


@pytest.mark.parametrize("act", ["raise ValueError(note.name)", "os.kill(os.getpid(), signal.SIGKILL)", "os._exit(0)"])
def test_what_a_worker_fails_at_is_read_by_its_parent(tmp_path: Path, act: str) -> None:
    project = write_vault(tmp_path)

    *alone, _ = check(project, 10**9, "", "--all")
    *spread, read = check(project, 1, FAIL.format(everywhere=False, act=act), "--all")

    assert spread == alone
    assert 0 < read < 52


def test_an_exception_is_that_of_one_process(tmp_path: Path) -> None:
    project = write_vault(tmp_path)

    _, error, status, _ = check(project, 1, FAIL.format(everywhere=True, act="raise ValueError(note.name)"), "--all")

    assert status == 1
    assert error.rstrip().endswith("ValueError: 注30".encode())
    assert error.count(b"Traceback") == 1


def test_a_process_with_threads_does_not_fork(tmp_path: Path) -> None:
    thread = "\nthreading.Thread(target=time.sleep, args=(600,), daemon=True).start()\n"

    *_, read = check(write_vault(tmp_path), 1, thread, "--all")

    assert read == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_worker_outlives_its_parent(tmp_path: Path, number: signal.Signals) -> None:
    project = write_vault(tmp_path)
    # Ctrl-C goes to all processes of the terminal. Of another end of its parent a worker hears when it sends; its share
    # would take half a minute.
    seconds = 600 if number == signal.SIGINT else 2
    process = start(project, 1, WAIT.format(seconds=seconds), "--no-cache")
    wait_until(lambda: len(list((project / "pids").iterdir())) == 3, seconds=60)

    if number == signal.SIGINT:
        os.killpg(process.pid, number)
    else:
        os.kill(process.pid, number)
    _, error = process.communicate(timeout=30)

    wait_until(lambda: not any(runs(path.name) for path in (project / "pids").iterdir()))
    assert process.returncode == (1 if number == signal.SIGINT else -number)
    assert b"Traceback" not in error


DEAF = """
wait = workers.wait

def deaf(readers, timeout):
    if threading.active_count() == 1:
        threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
        (folder / "deaf").touch()
    return wait(readers, timeout)

workers.wait = deaf
"""


def test_ctrl_c_ends_a_check_that_the_system_does_not_tell_of_it(tmp_path: Path) -> None:
    project = write_vault(tmp_path)
    process = start(project, 1, WAIT.format(seconds=600) + DEAF, "--no-cache")
    wait_until((project / "deaf").exists, seconds=60)

    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=30)

    wait_until(lambda: not any(runs(path.name) for path in (project / "pids").iterdir()))
    assert process.returncode == 1
