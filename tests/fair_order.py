"""The order of turns in plain Python: what `storage.fairness` has to say, said once more."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

HEAVY = ("transcode", "asr")
HOUR_MS = 3_600_000


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A step as the order sees it."""

    id: str
    school: str
    uploader: str | None
    queue: str
    length_ms: int
    created_ms: int
    running: bool = False
    started_ms: int = 0

    @property
    def place_ms(self) -> int:
        """Its place in time: a long one stands back, by an hour at most."""
        return self.created_ms + min(4 * self.length_ms, HOUR_MS)


def turn(steps: Sequence[Waiting], done: Iterable[Waiting] = ()) -> Waiting | None:
    """Return the step that comes next; `done` are those that are over."""
    known = [*steps, *done]

    def share(*, school: str, uploader: str | None = None, whole: bool) -> tuple[int, int]:
        mine = [s for s in known if s.school == school and (whole or s.uploader == uploader)]
        return sum(s.running for s in mine), max((s.started_ms for s in mine), default=0)

    def key(step: Waiting) -> tuple[object, ...]:
        school = share(school=step.school, whole=True)
        person = share(school=step.school, uploader=step.uploader, whole=False)
        return step.queue in HEAVY, *school, *person, step.place_ms, step.id

    return min((s for s in steps if not s.running), key=key, default=None)


def serve(steps: Sequence[Waiting], places: int, *, turns: int = 1_000) -> list[str]:
    """Return the ids as `places` workers take them, `turns` at most; the first taken ends first."""
    waiting, at_work, done = list(steps), list[Waiting](), list[Waiting]()
    order, clock = list[str](), 1 + max((s.started_ms for s in steps), default=0)
    while len(order) < turns and (step := turn([*waiting, *at_work], done)) is not None:
        waiting.remove(step)
        at_work.append(replace(step, running=True, started_ms=clock))
        order.append(step.id)
        clock += 1
        if len(at_work) >= places:
            done.append(replace(at_work.pop(0), running=False))
    return order
