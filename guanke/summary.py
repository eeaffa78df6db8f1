"""What was found in a lesson, as tables for a terminal."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table

from lessons import Competency, Phase, format_timecode


def clock(at_ms: int) -> str:
    """Return `at_ms` as a person reads it: 03:12."""
    return format_timecode(at_ms)[3:8] if at_ms < 3_600_000 else format_timecode(at_ms)[:8]


def summary(
    found: Mapping[str, Any],
    language: str,
    phases: Sequence[Phase],
    competencies: Sequence[Competency],
) -> RenderableType:
    """Return the tables of phases and suggestions of one `report`."""
    zh = language == "zh"
    phase_names = {p.code: p.zh if zh else p.en for p in phases}
    names = {c.code: c.name_zh if zh else c.name_en for c in competencies}
    segments = _table("教学环节" if zh else "Phases of the lesson")
    for title in ("时间", "环节", "内容") if zh else ("Time", "Phase", "Title"):
        segments.add_column(title)
    for s in found["segments"]:
        phase = phase_names.get(s["phase"], s["phase"])
        segments.add_row(f"{clock(s['start_ms'])}–{clock(s['end_ms'])}", phase, s["title"])
    proposals = _table("智能推荐（待确认）" if zh else "Suggestions (to be confirmed)")
    for title in ("时间", "能力点", "依据") if zh else ("Time", "Competency", "Reason"):
        proposals.add_column(title, overflow="fold")
    for s in found["suggestions"]:
        quotes = "；".join(f"“{r['quote']}”" for r in s["reasons"][:3])
        name = f"{s['competency']} {names.get(s['competency'], '')}"
        proposals.add_row(f"{clock(s['start_ms'])}–{clock(s['end_ms'])}", name, quotes)
    return Group(_heading(found, zh), segments, proposals)


def _table(title: str) -> Table:
    return Table(title=title, title_justify="left", show_lines=False, expand=False)


def _heading(found: Mapping[str, Any], zh: bool) -> str:
    recording, transcript = found["recording"], found["transcript"] or {"utterances": []}
    length = clock(recording["duration_ms"] or 0)
    said, changes = len(transcript["utterances"]), len(found["scene_changes_ms"])
    if zh:
        return f"{recording['file_name']}  时长 {length}，{said} 句话，{changes} 次画面变化"
    return f"{recording['file_name']}  {length}, {said} utterances, {changes} scene changes"
