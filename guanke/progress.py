"""Live bars on a terminal: one line for each step of each recording, drawn from the database."""

from collections.abc import Sequence

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from lessons import Recording, StepState
from storage import recordings, steps
from storage.database import Database

NAMES = {  # of the steps, for people
    "probe": ("检查文件", "probe"),
    "sound": ("测量声音", "sound"),
    "copy": ("封装原画", "copy"),
    "ladder": ("转码", "renditions"),
    "transcribe": ("语音转写", "transcript"),
    "scenes": ("画面变化", "scenes"),
    "segment": ("教学环节", "phases"),
    "suggest": ("智能推荐", "suggestions"),
    "clip": ("截取片段", "clip"),
}
MARKS = {
    StepState.READY: ("等待", "waiting"),
    StepState.RUNNING: ("进行中", "running"),
    StepState.DONE: ("完成", "done"),
    StepState.FAILED: ("失败", "failed"),
    StepState.QUARANTINED: ("处理失败", "put aside"),
    StepState.CANCELLED: ("已取消", "cancelled"),
}


class Bars:
    """The bars of some recordings; `draw` brings them up to date."""

    def __init__(self, console: Console, language: str, *, hidden: bool = False) -> None:
        self._word = 0 if language == "zh" else 1
        self._bars: dict[str, TaskID] = {}
        self._progress = Progress(
            TextColumn("{task.fields[file]}", style="cyan"),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.percentage:>3.0f}%"),
            TextColumn("{task.fields[mark]}"),
            TimeElapsedColumn(),
            console=console,
            disable=hidden,
            refresh_per_second=4,  # ten cost a tenth of a core that the work needs
        )

    def __enter__(self) -> "Bars":
        self._progress.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._progress.stop()

    def draw(self, database: Database, followed: Sequence[Recording]) -> Sequence[Recording]:
        """Show where each step is; return the recordings as they are now."""
        with database.read() as connection:
            now = [recordings.get(connection, r.id) for r in followed]
            for recording in now:
                for step in steps.of_recording(connection, recording.id):
                    if step.id not in self._bars:
                        self._bars[step.id] = self._progress.add_task(
                            NAMES[step.kind][self._word],
                            total=1.0,
                            file=recording.file_name[-24:],
                            mark="",
                        )
                    bar = self._bars[step.id]
                    self._progress.update(
                        bar, completed=step.progress, mark=MARKS[step.state][self._word]
                    )
                    if step.state in steps.FINAL:
                        self._progress.stop_task(bar)
        return now
