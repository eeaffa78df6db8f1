"""When recordings under way will be ready: an estimate from how long such steps took before.

The queues are played through in thought. Each step takes its share of the recording's length, as
measured on earlier recordings; each queue has so many workers and takes the oldest step first, as
the real ones do. It is an estimate and is shown as one.
"""

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Task:
    """A step that is still to be done, and what it waits for among those to be done."""

    kind: str
    queue: str
    needs: tuple[str, ...]  # kinds that are not done yet either
    seconds: float  # of work left in it
    running: bool = False
    since_ms: int | None = None  # when it became ready; None: it waits for its needs


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """How long a recording has to wait."""

    seconds_left: float | None = None  # None: nothing like it was measured yet
    place: int | None = None  # 1: next; None: it is being worked on


@dataclass
class _Play:
    """The queues at a moment of the thought play."""

    workers: Mapping[str, int]
    now: float = 0.0
    ready: dict[str, list[tuple[float, str, str]]] = field(default_factory=dict)
    busy: dict[str, int] = field(default_factory=dict)
    ends: list[tuple[float, str, str]] = field(default_factory=list)

    def start(self, recording: str, task: Task) -> None:
        self.busy[task.queue] = self.busy.get(task.queue, 0) + 1
        heapq.heappush(self.ends, (self.now + task.seconds, recording, task.kind))

    def wait(self, recording: str, task: Task, since: float) -> None:
        heapq.heappush(self.ready.setdefault(task.queue, []), (since, recording, task.kind))


def foresee(work: Mapping[str, Sequence[Task]], workers: Mapping[str, int]) -> Mapping[str, float]:
    """Return the seconds until each recording has all its tasks done.

    Args:
        work: what is still to be done, by recording.
        workers: how many work on each queue; one where it is not said.
    """
    tasks = {(name, task.kind): task for name, todo in work.items() for task in todo}
    play = _Play(workers=workers)
    for (name, _), task in tasks.items():
        if task.running:
            play.start(name, task)
        elif task.since_ms is not None and not task.needs:
            play.wait(name, task, task.since_ms - 1e15)  # before all that becomes ready in the play
    left = {key: set(task.needs) for key, task in tasks.items()}
    done: dict[str, float] = dict.fromkeys(work, 0.0)
    _fill(play, tasks)
    while play.ends:
        play.now, name, kind = heapq.heappop(play.ends)
        done[name] = play.now
        play.busy[tasks[name, kind].queue] -= 1
        for other in work[name]:
            needs = left[name, other.kind]
            if kind in needs:
                needs.discard(kind)
                if not needs and not other.running:
                    play.wait(name, other, play.now)
        _fill(play, tasks)
    return done


def _fill(play: _Play, tasks: Mapping[tuple[str, str], Task]) -> None:
    """Give every idle worker the oldest step of its queue."""
    for queue, waiting in play.ready.items():
        while waiting and play.busy.get(queue, 0) < max(1, play.workers.get(queue, 1)):
            _, name, kind = heapq.heappop(waiting)
            play.start(name, tasks[name, kind])


def places(work: Mapping[str, Sequence[Task]]) -> Mapping[str, int]:
    """Return the place in line of each recording that waits and is not being worked on: 1 is next.

    It stands in the line of its oldest waiting step, behind the recordings whose step is older.
    """
    lines: dict[str, list[tuple[int, str]]] = {}
    for name, todo in work.items():
        for task in todo:
            if not task.running and task.since_ms is not None and not task.needs:
                lines.setdefault(task.queue, []).append((task.since_ms, name))
    found: dict[str, int] = {}
    for name, todo in work.items():
        waiting = [t for t in todo if t.since_ms is not None and not t.needs and not t.running]
        if not waiting or any(task.running for task in todo):
            continue
        mine = min(waiting, key=lambda task: task.since_ms or 0)
        ahead = {
            other
            for since, other in lines[mine.queue]
            if other != name and (since, other) < (mine.since_ms or 0, name)
        }
        found[name] = len(ahead) + 1
    return found
