"""Which backups stay: the newest of so many days, weeks, months and years. Pure."""

import re
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from lessons.backup_errors import BadKeepRule

RULE = re.compile(r"(\d{1,4})([dwmy])")


@dataclass(frozen=True, kw_only=True)
class KeepRule:
    """How many days, weeks, months and years keep their newest backup."""

    days: int = 7
    weeks: int = 4
    months: int = 12
    years: int = 0

    @classmethod
    def of(cls, text: str) -> "KeepRule":
        """Read a rule such as `7d 4w 12m`; what it leaves out is none.

        Raises:
            BadKeepRule: it is no such rule, or would keep nothing.
        """
        counts = dict.fromkeys("dwmy", 0)
        for word in text.split():
            found = RULE.fullmatch(word)
            if not found or counts[found[2]]:
                raise BadKeepRule(rule=text)
            counts[found[2]] = int(found[1])
        if not any(counts.values()):
            raise BadKeepRule(rule=text)
        return cls(days=counts["d"], weeks=counts["w"], months=counts["m"], years=counts["y"])


def to_keep(times: Sequence[datetime], rule: KeepRule) -> set[datetime]:
    """Return those of `times` that stay; the newest always does, and what was made the day before.

    A second backup of one day is often made because of a mishap: it must not replace the first yet.
    """
    newest_first = sorted(times, reverse=True)
    kept = {at for at in times if newest_first[0] - at < timedelta(days=1)}
    periods: tuple[tuple[int, Callable[[datetime], Hashable]], ...] = (
        (rule.days, lambda at: at.date()),
        (rule.weeks, lambda at: at.isocalendar()[:2]),
        (rule.months, lambda at: (at.year, at.month)),
        (rule.years, lambda at: at.year),
    )
    for count, period_of in periods:
        newest: dict[Hashable, datetime] = {}
        for at in newest_first:
            newest.setdefault(period_of(at), at)
        kept.update(list(newest.values())[:count])
    return kept
