"""The blocked door of attention against torch's CPU scaled_dot_product_attention, and against NumPy's own floor.

The floor is the two matrix products alone, in blocks of the fastest shape found, and then with the exponential between
them. One thread each, CPU time, in turns within one run, so that a slow spell of the machine falls on all of them.
"""

from __future__ import annotations

import argparse
import ctypes
import itertools
import math
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

# Before NumPy and torch are imported: their libraries read these once.
for variable in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np  # noqa: E402  (see above)
import torch  # noqa: E402

from zhixing.core import blocked_attention  # noqa: E402

HEADS, WIDTH = 8, 64
LENGTHS = (256, 1024, 4096, 8192)
GOALS = {256: 1.6, 1024: 1.2, 4096: 1.2, 8192: 1.2}


def inputs(n: int) -> list[np.ndarray]:
    """Return Q, K and V, standard normal, of 8 heads."""
    rng = np.random.default_rng(n)
    return [rng.standard_normal((HEADS, n, WIDTH), dtype=np.float32) for _ in range(3)]


def contestants(n: int, causal: bool) -> dict[str, Callable[[], object]]:
    """Return what is timed: our door, torch's, and the floor without and with the exponential."""
    q, k, v = inputs(n)
    out = np.empty_like(q)
    tensors = [torch.from_numpy(x)[None] for x in (q, k, v)]
    return {
        "ours": lambda: blocked_attention(q, k, v, causal=causal, out=out),
        "torch": lambda: torch.nn.functional.scaled_dot_product_attention(*tensors, is_causal=causal),
        "products": floor(q, k, v, causal, exponential=False),
        "with exp": floor(q, k, v, causal, exponential=True),
    }


def floor(q: np.ndarray, k: np.ndarray, v: np.ndarray, causal: bool, *, exponential: bool) -> Callable[[], None]:
    """Return the work without which there is no attention: no scale, mask, sum or maximum; no blocks of the future."""
    n, tile = q.shape[1], 64
    queries, keys = (256, 240) if n > 256 else (128, 128)
    columns = np.swapaxes(q.reshape(HEADS, n // tile, tile, WIDTH), 2, 3) * np.float32(math.log2(math.e) / WIDTH**0.5)
    columns = np.ascontiguousarray(columns)
    scores = np.empty(queries * keys, dtype=np.float32)
    part = np.empty((queries // tile, tile, WIDTH), dtype=np.float32)

    def run() -> None:
        for head, start in itertools.product(range(HEADS), range(0, n, queries)):
            turned = columns[head, start // tile : (start + queries) // tile]
            stop = start + queries if causal else n
            for first in range(0, stop, keys):
                last = min(first + keys, stop)
                block = scores[: (last - first) * queries].reshape(-1, last - first, tile)
                np.matmul(k[head, first:last], turned, out=block)
                if exponential:
                    np.exp2(block, out=block)
                np.matmul(np.swapaxes(block, 1, 2), v[head, first:last], out=part)

    return run


def timed(n: int, causal: bool, seconds: float) -> dict[str, list[float]]:
    """Return CPU seconds of each contestant, round by round, for about so many seconds and at least three rounds."""
    runners = contestants(n, causal)
    for run in runners.values():
        run()
    spent: dict[str, list[float]] = {name: [] for name in runners}
    end = time.monotonic() + seconds
    while time.monotonic() < end or len(spent["ours"]) < 3:
        for name, run in runners.items():
            start = time.process_time()
            run()
            spent[name].append(time.process_time() - start)
    return spent


def error(n: int, causal: bool) -> tuple[float, float]:
    """Return the largest difference from float64 of one head, ours and torch's."""
    q, k, v = (x[:1] for x in inputs(n))
    exact = blocked_attention(*(x.astype(np.float64) for x in (q, k, v)), causal=causal)
    tensors = [torch.from_numpy(x)[None] for x in (q, k, v)]
    theirs = torch.nn.functional.scaled_dot_product_attention(*tensors, is_causal=causal)[0].numpy()
    return float(np.abs(blocked_attention(q, k, v, causal=causal) - exact).max()), float(np.abs(theirs - exact).max())


def peak(name: str, n: int, causal: bool) -> float:
    """Return how many MiB the process grew at its peak during one call, its output included."""
    q, k, v = inputs(n)
    tensors = [torch.from_numpy(x)[None] for x in (q, k, v)]
    small = [x[:, :600] for x in (q, k, v)]
    if name == "ours":
        blocked_attention(*small, causal=causal)
    else:
        torch.nn.functional.scaled_dot_product_attention(*(x[:, :, :600] for x in tensors), is_causal=causal)
    ctypes.CDLL(None).malloc_trim(0)  # else what was freed before would serve, and nothing would grow
    Path("/proc/self/clear_refs").write_text("5")  # the high-water mark starts again here
    before = status("VmRSS")
    if name == "ours":
        blocked_attention(q, k, v, causal=causal)
    else:
        torch.nn.functional.scaled_dot_product_attention(*tensors, is_causal=causal)
    return (status("VmHWM") - before) / 1024


def status(field: str) -> int:
    """Return a field of /proc/self/status, in KiB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field))


def measured_peak(name: str, n: int, causal: bool) -> float:
    """Return `peak`, measured in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.core", "--peak", name, str(n), str(int(causal))]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def report(n: int, causal: bool, seconds: float) -> None:
    """Print one row."""
    spent = timed(n, causal, seconds)
    ratios = {name: [a / b for a, b in zip(times, spent["torch"], strict=True)] for name, times in spent.items()}
    low, middle, high = statistics.quantiles(ratios["ours"], n=4)
    fastest = min(spent["ours"]) / min(spent["torch"])
    ours, theirs = error(n, causal)
    memory = [measured_peak(name, n, causal) for name in ("ours", "torch")]
    milliseconds = [1000 * statistics.median(spent[name]) for name in ("ours", "torch", "products", "with exp")]
    print(
        f"{n:5} {'causal' if causal else 'full':6}",
        " ".join(f"{each:8.1f}" for each in milliseconds),
        f"  {middle:5.2f} ({low:.2f}-{high:.2f})  {fastest:5.2f}   {GOALS[n]:.1f}",
        f"  {statistics.median(ratios['products']):8.2f} {statistics.median(ratios['with exp']):8.2f}",
        f"  {memory[0]:6.2f} {memory[1]:6.2f}   {ours:.1e} {theirs:.1e}   {len(ratios['ours'])}",
        flush=True,
    )


def main() -> None:
    """Run the benchmark, or measure one peak for it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.core", description=__doc__)
    parser.add_argument("--seconds", type=float, default=20, help="time for each row (default 20)")
    parser.add_argument("--lengths", type=int, nargs="+", default=LENGTHS, choices=LENGTHS)
    parser.add_argument("--peak", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if arguments.peak:
        name, n, causal = arguments.peak
        print(peak(name, int(n), bool(int(causal))))
        return
    print(f"H = {HEADS}, D = {WIDTH}, float32, one thread; torch {torch.__version__}, NumPy {np.__version__}")
    print(
        " " * 13 + "CPU ms, medians".ljust(38) + "ours / torch".ljust(33) + "floor / torch       peak MiB        error"
    )
    print("    n mask       ours    torch products with exp   median (quartiles)  best  goal", end="   ")
    print("products with exp     ours  torch   ours    torch   rounds")
    for n in arguments.lengths:
        for causal in (False, True):
            report(n, causal, arguments.seconds)


if __name__ == "__main__":
    main()
