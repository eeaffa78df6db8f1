"""The rows of the benchmark: each a function from the inputs to what was measured."""

from collections.abc import Callable
from dataclasses import dataclass

from bench.inputs import Inputs


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table: what, against what, what must be, what was, and how it came."""

    number: str
    what: str
    against: str
    bar: str
    measured: str
    holds: bool | None  # None: nothing to hold it against
    detail: str = ""


Measure = Callable[[Inputs], list[Row]]
