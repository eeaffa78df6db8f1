"""What waits for a person, by role: the home page shows nothing else first."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from lessons.people import Role


class DutyKind(StrEnum):
    """What waits."""

    CHOOSE_POINTS = "choose_points"  # 我的测评点 are not all chosen
    NEW_LESSONS = "new_lessons"  # ready, with open suggestions for my points
    RETURNED = "returned"  # evidence sets to be mended (待完善)
    DRAFTS = "drafts"  # evidence sets not handed in
    MENTIONS = "mentions"  # comments that were not read
    REVIEWS = "reviews"  # sets to review (互评, 校本考核)
    FAILED = "failed"  # recordings whose processing failed
    UNCLAIMED = "unclaimed"  # lessons without a teacher (待认领)
    QUEUE = "queue"  # recordings in processing
    SILENT_ROOMS = "silent_rooms"
    PROJECT = "project"  # teachers who owe something in a project
    BROKEN_WEBHOOKS = "broken_webhooks"
    ACCOUNTS = "accounts"  # people who never signed in


@dataclass(frozen=True, kw_only=True)
class DutyItem:
    """One of the things that wait."""

    title: str
    path: str
    at: datetime | None = None
    detail: str | None = None  # a competency, a stage, a teacher's name


@dataclass(frozen=True, kw_only=True)
class Duty:
    """Something that waits for a person in one of their roles (待办)."""

    kind: DutyKind
    role: Role
    count: int
    path: str  # where to do it
    until: date | None = None
    items: tuple[DutyItem, ...] = ()  # the first few
