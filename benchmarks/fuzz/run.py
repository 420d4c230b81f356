"""One fuzzing process: `python -m benchmarks.fuzz.run NAME [libFuzzer's options]`."""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["zhixing"]):
    from benchmarks.fuzz.targets import TARGETS


def main() -> None:
    """Feed a target until libFuzzer's time is over; an exception ends the process."""
    target = TARGETS[sys.argv.pop(1)]

    def feed(data: bytes) -> None:
        target(data.decode("utf-8", "replace"))

    atheris.Setup(sys.argv, feed)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
