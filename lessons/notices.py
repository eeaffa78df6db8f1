"""What people are told: notices in the product, and the same, without content, to a group's chat.

A notice is made in the transaction of the deed that causes it. What leaves the house by a webhook
is a fixed title and a link: no word of a lesson, nobody's name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class NoticeKind(StrEnum):
    """What happened."""

    RECORDING_READY = "recording_ready"
    RECORDING_FAILED = "recording_failed"
    CLIP_TO_REVIEW = "clip_to_review"  # somebody is asked for 互评 or 校本考核
    COMMENT = "comment"
    MENTION = "mention"
    RESULT = "result"  # 互评 or 校本考核 is done
    RETURNED = "returned"  # 待完善
    REMINDER = "reminder"  # 催办
    BACKUP_FAILED = "backup_failed"


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One thing a person is told, and where it leads."""

    id: str
    person_id: str
    kind: NoticeKind
    path: str  # of the page it leads to, within the product
    facts: Mapping[str, str]  # what the sentence names: title, by, competency, …
    created_at: datetime
    read_at: datetime | None = None


TITLES: Mapping[NoticeKind, str] = {  # what a group's chat is told, and no more
    NoticeKind.RECORDING_READY: "课堂实录已处理完成",
    NoticeKind.RECORDING_FAILED: "有课堂实录处理失败，原文件已保留",
    NoticeKind.CLIP_TO_REVIEW: "有新的评议任务",
    NoticeKind.COMMENT: "有新的留言",
    NoticeKind.MENTION: "有留言提到了组内老师",
    NoticeKind.RESULT: "有新的评议结果",
    NoticeKind.RETURNED: "有证据材料待完善",
    NoticeKind.REMINDER: "测评项目进度提醒",
    NoticeKind.BACKUP_FAILED: "观课的备份没有完成",
}
