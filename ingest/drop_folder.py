"""A folder where recorders leave files by FTP or SMB: each is read once, when it has come to rest.

The original is never deleted unless the operator said so. A link is refused, whatever it points
at, and nothing outside the folder is read.
"""

import json
import os
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ingest.names import shown_name
from lessons.errors import BadPattern, GuankeError, MediaRefused, SideCarUnreadable

MEDIA = {".mp4", ".mov", ".mkv", ".ts", ".mts", ".m2ts", ".avi", ".flv", ".wmv", ".asf"}
MEDIA |= {".webm", ".mp3", ".m4a", ".wav", ".flac", ".aac", ".ogg"}
FIELDS = ("room", "date", "period", "title", "teacher", "subject", "grade", "class_name")


@dataclass(frozen=True, kw_only=True)
class Found:
    """A file that has come to rest, and what its name or side-car says of it."""

    path: Path
    relative: str
    identity: str  # of this file with this content: not read twice
    details: Mapping[str, str]
    refusal: GuankeError | None = None  # why it can't be taken: a link, a bad side-car

    @property
    def matched(self) -> bool:
        """Whether its name told whose it is; if not, it waits in the unmatched tray (待认领)."""
        return bool(self.details.get("room") or self.details.get("teacher"))


@dataclass(frozen=True, kw_only=True)
class _Sight:
    """What was seen of a file at one look."""

    bytes: int
    modified_ns: int
    at_s: float


class DropFolder:
    """Looks at one folder again and again; `look` yields what is new and at rest."""

    def __init__(self, folder: Path, patterns: Sequence[str], *, stable_s: float = 10.0) -> None:
        """Prepare to watch `folder`.

        Args:
            folder: the folder, without a trailing link.
            patterns: regular expressions on the relative path, with named groups out of FIELDS.
            stable_s: a file counts as whole when its size and time stayed the same so long.

        Raises:
            BadPattern: one is no regular expression, or names a field nobody knows.
        """
        self.folder = folder.resolve()
        self._patterns = [_compiled(p) for p in patterns]
        self._stable_s = stable_s
        self._seen: dict[str, _Sight] = {}

    def look(self, now_s: float) -> Iterator[Found]:
        """Yield every media file that is at rest at `now_s` (a monotonic clock, in seconds)."""
        for path, facts in self._files(self.folder):
            relative = "/".join(shown_name(p) for p in path.relative_to(self.folder).parts)
            if stat.S_ISLNK(facts.st_mode):
                refusal = MediaRefused(file=relative, detail="symbolic-link")
                yield Found(
                    path=path,
                    relative=relative,
                    identity=f"link:{relative}",
                    details={},
                    refusal=refusal,
                )
                continue
            sight = _Sight(bytes=facts.st_size, modified_ns=facts.st_mtime_ns, at_s=now_s)
            before = self._seen.get(relative)
            same = before and (before.bytes, before.modified_ns) == (sight.bytes, sight.modified_ns)
            if not same or before is None:
                self._seen[relative] = sight
                continue
            if now_s - before.at_s >= self._stable_s and sight.bytes:
                yield self._found(path, relative, sight)

    def _found(self, path: Path, relative: str, sight: _Sight) -> Found:
        details: Mapping[str, str] = {}
        refusal = None
        identity = f"{relative}:{sight.bytes}:{sight.modified_ns}"
        try:
            details = self.details(path, relative)
        except SideCarUnreadable as error:
            refusal = error
            identity += f":{_changed_at(path.with_suffix('.json'))}"  # mended, it is looked at anew
        return Found(
            path=path,
            relative=relative,
            identity=identity,
            details=details,
            refusal=refusal,
        )

    def details(self, path: Path, relative: str) -> Mapping[str, str]:
        """Return what the name says of a recording; a JSON side-car stands above it."""
        named: dict[str, str] = {}
        for pattern in self._patterns:
            if found := pattern.search(relative):
                named = {k: v for k, v in found.groupdict().items() if v}
                break
        return named | _side_car(path)

    def _files(self, folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
        """Walk without following any link; what can't be looked at now is looked at next time."""
        try:
            entries = sorted(os.scandir(folder), key=lambda e: e.name)
        except OSError:
            return
        for entry in entries:
            try:
                facts = entry.stat(follow_symlinks=False)
            except OSError:
                continue
            path = Path(entry.path)
            if stat.S_ISLNK(facts.st_mode):
                yield path, facts
            elif stat.S_ISDIR(facts.st_mode) and not entry.name.startswith("."):
                yield from self._files(path)
            elif stat.S_ISREG(facts.st_mode) and path.suffix.lower() in MEDIA:
                yield path, facts


def lesson_date(details: Mapping[str, str]) -> date | None:
    """Return the day of the lesson, from 2026-11-23, 20261123 or 2026_11_23."""
    digits = re.sub(r"\D", "", details.get("date", ""))
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None


def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise BadPattern(pattern=pattern, detail="not-a-pattern", said=str(error)) from error
    unknown = set(compiled.groupindex) - set(FIELDS)
    if unknown or not compiled.groupindex:
        allowed = ", ".join(FIELDS)
        raise BadPattern(pattern=pattern, detail="named-groups", allowed=allowed)
    return compiled


def _changed_at(path: Path) -> int:
    try:
        return path.stat().st_ctime_ns
    except OSError:
        return 0


def _side_car(path: Path) -> dict[str, str]:
    """Read `lesson.json` beside `lesson.mp4`, when there is one.

    Raises:
        SideCarUnreadable: it is there and makes no sense.
    """
    beside = path.with_suffix(".json")
    if beside.is_symlink() or not beside.is_file():
        return {}
    try:
        content = json.loads(beside.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise SideCarUnreadable(file=beside.name, detail="not-json", line=error.lineno) from error
    except UnicodeDecodeError as error:
        raise SideCarUnreadable(file=beside.name, detail="not-text") from error
    except PermissionError as error:
        raise SideCarUnreadable(file=beside.name, detail="not-permitted") from error
    if not isinstance(content, dict):
        raise SideCarUnreadable(file=beside.name, detail="not-an-object")
    return {k: str(v) for k, v in content.items() if k in FIELDS and v is not None}
