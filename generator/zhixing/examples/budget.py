"""What a run may cost. Bounds are counted, never timed, so that a run that passes here passes everywhere."""

from __future__ import annotations

from dataclasses import dataclass

from zhixing.examples.errors import ExampleError
from zhixing.problems import Code

MAX_ELEMENTS = 10_000_000
MAX_STORED = 30_000_000
MAX_WORK = 2_000_000_000
NODE_WORK = 4_000  # one step of the interpreter, in units of an arithmetic operation on an array's entry


@dataclass
class Budget:
    """The work and memory that a run has used so far."""

    used: int = 0
    stored: int = 0

    def hold(self, elements: int) -> None:
        """Ask for an array.

        Raises:
            ExampleError: it is larger than any example may make.
        """
        if elements > MAX_ELEMENTS:
            what = f"This makes an array of {elements:,} numbers; {MAX_ELEMENTS:,} are allowed"
            raise ExampleError(Code.EXAMPLE_COST, what, "Use smaller axes")

    def store(self, elements: int) -> None:
        """Ask to keep an array for the rest of the run."""
        self.stored += elements
        if self.stored > MAX_STORED:
            what = f"This example keeps more than {MAX_STORED:,} numbers"
            raise ExampleError(Code.EXAMPLE_COST, what, "Use smaller axes, or split the example")

    def work(self, operations: int) -> None:
        """Ask for arithmetic operations."""
        self.used += operations
        if self.used > MAX_WORK:
            what = f"This example takes more than {MAX_WORK:,} operations"
            raise ExampleError(Code.EXAMPLE_COST, what, "Use smaller axes, or split the example")

    def node(self) -> None:
        """Ask for one step of the interpreter."""
        self.work(NODE_WORK)
