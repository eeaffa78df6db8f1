"""One bar on a terminal for work that is counted in bytes."""

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from guanke.console import Terminal


class Tally:
    """Shown while the block runs, beside the results."""

    def __init__(self, terminal: Terminal, zh: str, en: str) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            DownloadColumn(),
            TimeRemainingColumn(),
            console=terminal.err,
            refresh_per_second=4,
        )
        self._bar = self._progress.add_task(terminal.text(zh, en), total=None)

    def __enter__(self) -> "Tally":
        self._progress.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._progress.stop()

    def show(self, done: int, whole: int) -> None:
        """Show how many bytes of how many are done."""
        self._progress.update(self._bar, completed=done, total=whole)
