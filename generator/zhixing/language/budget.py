"""What a run may cost. Bounds are counted, never timed, so that a run that passes here passes everywhere.

An example has bounds of its own, and all examples of a vault share a pool, so that many dear examples are refused as
one is.
"""

from __future__ import annotations

from dataclasses import dataclass

from zhixing.language.errors import ExampleError, NotComputedError
from zhixing.problems import Code

MAX_ELEMENTS = 10_000_000
MAX_STORED = 30_000_000
MAX_LIVE = 30_000_000
MAX_WORK = 2_000_000_000
NODE_WORK = 20_000
"""One step of the interpreter, in units of an addition of two arrays' entries (about a nanosecond)."""
ALLOWANCE = 1_000
"""Operations for each character of an example that it may cost whatever the others cost."""
SHOWING = 50_000
"""Operations for each character of an example that evaluating what it shows may take, beside twice that of its run."""
ITEM_WORK, CHARACTER_WORK = 400_000, 400
"""Operations that writing takes: for each thing shown, and for each character of its Markdown and of its figure."""
LEAST_WORK, FIGURE_WORK = 1_000_000, 5_000_000
"""Operations that there must be left before a thing is written, and before a figure is drawn, whatever these take."""
LOOKING = 100_000_000
"""Operations that finding the axes of an expression may take where no run has found them."""
_SMALLER = "Use smaller axes, or split the example"


@dataclass(frozen=True, slots=True)
class Share:
    """Operations that a vault may take together: so many, and more for each character of its notes."""

    fixed: int
    by_length: int

    def limit(self, length: int) -> int:
        """Return how many operations a vault may take whose notes have so many characters."""
        return self.fixed + self.by_length * length

    def least_length(self, operations: int) -> int:
        """Return how many characters the notes of a vault have at least that may take so many operations."""
        return max(0, -((self.fixed - operations) // self.by_length))


SHARED_RUNNING = Share(4_000_000_000, 2_000)
"""What running all examples may take, beyond the allowance of each."""
SHARED_SHOWING = Share(1_000_000_000, 1_000)
"""What showing all examples may take, beyond the allowance of each: an ordinary one with a figure takes 3,000,000."""
SHARED_CLAIMING = Share(500_000_000, 1_000)
"""What the expressions of all claims may take."""


@dataclass
class Pool:
    """The operations that the examples of a vault may still cost beyond the allowance of each."""

    left: int

    def limit(self, length: int) -> int:
        """Return how many operations an example of so many characters may cost now."""
        return ALLOWANCE * length + self.left

    def take(self, length: int, used: int) -> None:
        """Take what an example cost beyond its allowance."""
        self.left -= max(0, used - ALLOWANCE * length)


def pool_of_runs(length: int) -> Pool:
    """Return the pool for running the examples of a vault whose notes have so many characters."""
    return Pool(SHARED_RUNNING.limit(length))


def pool_of_showing(length: int) -> Pool:
    """Return the pool for what the examples of a vault show whose notes have so many characters."""
    return Pool(SHARED_SHOWING.limit(length))


def find_least_length(running: int, showing: int, claiming: int) -> int:
    """Return how many characters the notes of a vault must have so that it may take these operations in any order."""
    return max(
        SHARED_RUNNING.least_length(running),
        SHARED_SHOWING.least_length(showing + FIGURE_WORK),
        SHARED_CLAIMING.least_length(claiming),
    )


@dataclass
class Budget:
    """The work and memory that a run has used so far.

    `live` counts the intermediate results of the expression under way. What alone is too much is refused each time;
    that all together is too much is said once. `limit` is what the pool has left for this run, None where it is alone;
    `cut` says that it stopped the run. A budget of what is asked of a run once it is done has `most` operations,
    belongs to what `whose` says, and refuses each time. `written` counts what writing took, for the pool alone.
    """

    limit: int | None = None
    cut: bool = False
    most: int | None = None
    whose: str = "This example"
    used: int = 0
    written: int = 0
    stored: int = 0
    live: int = 0
    spent: bool = False

    def hold(self, elements: int) -> None:
        """Ask for an array.

        Raises:
            ExampleError: it is larger than any example may make.
        """
        if elements > MAX_ELEMENTS:
            what = f"This makes an array of {_count(elements)} numbers; {MAX_ELEMENTS:,} are allowed"
            raise ExampleError(Code.EXAMPLE_COST, what, "Use smaller axes")

    def keep(self, elements: int) -> None:
        """Ask to keep an intermediate result until its expression is done."""
        self.live += elements
        if self.live > MAX_LIVE:
            what = f"This expression needs more than {MAX_LIVE:,} numbers at once"
            raise ExampleError(Code.EXAMPLE_COST, what, "Name its parts as steps of their own")

    def store(self, elements: int) -> None:
        """Ask to keep an array for the rest of the run."""
        if self.stored + elements > MAX_STORED:
            raise self._spent(f"This example keeps more than {MAX_STORED:,} numbers")
        self.stored += elements

    def release(self, elements: int) -> None:
        """Give back what was stored."""
        self.stored -= elements

    def work(self, operations: int) -> None:
        """Ask for arithmetic operations."""
        if operations > MAX_WORK and self.most is None:
            what = f"This takes {_count(operations)} operations; {MAX_WORK:,} are allowed"
            raise ExampleError(Code.EXAMPLE_COST, what, _SMALLER)
        most = MAX_WORK if self.most is None else self.most
        if self.used + operations > most:
            raise self._spent(f"{self.whose} takes more than {most:,} operations")
        self._take_from_pool(operations)
        self.used += operations

    def begin(self, *, drawn: bool) -> None:
        """Ask to make one thing shown: what it takes is known afterwards, so what there is no room for is not made."""
        self._take_from_pool(FIGURE_WORK if drawn else LEAST_WORK)

    def write(self, characters: int) -> None:
        """Count one thing shown, with so many characters: its size is bounded, how many there are is not."""
        self.written += ITEM_WORK + CHARACTER_WORK * characters  # the work is done, whatever is refused
        self._take_from_pool(0)

    def _take_from_pool(self, operations: int) -> None:
        if self.limit is not None and self.used + self.written + operations > self.limit:
            self.cut = True
            raise self._spent("The examples of this vault take too many operations together; none are left for this")

    def node(self) -> None:
        """Ask for one step of the interpreter."""
        self.work(NODE_WORK)

    def _spent(self, what: str) -> ExampleError | NotComputedError:
        first, self.spent = not self.spent or self.most is not None, True
        return ExampleError(Code.EXAMPLE_COST, what, _SMALLER) if first else NotComputedError()


def budget_of_showing(length: int, work: int, limit: int | None = None) -> Budget:
    """Return the budget for what an example of so many characters shows, whose run took so many operations.

    `limit` is what the pool of the vault has left for it.
    """
    return Budget(limit, most=SHOWING * length + 2 * work, whose="What this example shows")


def budget_of_claims(length: int) -> Budget:
    """Return the budget for all claims of a vault whose notes have so many characters."""
    return Budget(most=SHARED_CLAIMING.limit(length), whose="What is claimed in this vault")


def _count(number: int) -> str:
    return f"{number:,}" if number < 10**18 else "more than 10^18"
