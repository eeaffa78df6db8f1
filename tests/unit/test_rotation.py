"""Which backups stay."""

from datetime import UTC, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanke.backups import LastBackup, is_due
from lessons.backup_errors import BackupIncomplete, BackupInterrupted, BadKeepRule
from storage.rotation import KeepRule, to_keep

NEWEST = datetime(2026, 11, 27, 2, 30, tzinfo=UTC)
DAILY = [NEWEST - timedelta(days=n) for n in range(800)]


def test_days_weeks_and_months_keep_their_newest() -> None:
    """Two years of daily backups come to a week of days, a month of weeks, a year of months."""
    kept = sorted(to_keep(DAILY, KeepRule.of("7d 4w 12m")), reverse=True)
    assert kept[:7] == DAILY[:7]
    assert {at.isocalendar()[:2] for at in kept} >= {
        at.isocalendar()[:2] for at in (NEWEST - timedelta(weeks=n) for n in range(4))
    }
    assert datetime(2026, 1, 31, 2, 30, tzinfo=UTC) in kept
    assert datetime(2025, 11, 30, 2, 30, tzinfo=UTC) not in kept
    assert len(kept) <= 7 + 4 + 12


@given(
    st.lists(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))),
    st.builds(
        KeepRule, *[], **{n: st.integers(0, 9) for n in ("days", "weeks", "months", "years")}
    ),
)
def test_rotation_is_steady(times: list[datetime], rule: KeepRule) -> None:
    """The newest stays, no more old ones than the rule says; a second look takes no more."""
    kept = to_keep(times, rule)
    assert kept <= set(times)
    assert not times or max(times) in kept
    settled = [at for at in kept if max(kept) - at >= timedelta(days=1)]
    assert len(settled) <= rule.days + rule.weeks + rule.months + rule.years
    assert to_keep(sorted(kept), rule) == kept


@pytest.mark.parametrize("text", ["", "7", "d", "7x", "7d 3d", "0d", "-1d", "7d,4w"])
def test_a_rule_that_is_none(text: str) -> None:
    """It is refused with its own words."""
    with pytest.raises(BadKeepRule) as raised:
        KeepRule.of(text)
    assert f"“{text}”" in raised.value.message("zh")


def test_a_backup_is_due_once_a_day() -> None:
    """At its hour; later when it was missed; an hour after a failure; not before."""
    now = datetime(2026, 11, 27, 3, 0, tzinfo=timezone(timedelta(hours=8))).astimezone()
    at = (now - timedelta(minutes=30)).time()
    assert is_due(None, at, now)
    done = LastBackup(began_at=now - timedelta(minutes=29), done_at=now)
    assert not is_due(done, at, now)
    assert is_due(done, at, now + timedelta(days=1))
    assert is_due(LastBackup(began_at=now - timedelta(days=3)), at, now)
    for code, again in ((BackupInterrupted.code, True), (BackupIncomplete.code, False)):
        failed = LastBackup(began_at=now - timedelta(minutes=29), error_code=code)
        assert not is_due(failed, at, now)
        assert is_due(failed, at, now + timedelta(minutes=40)) is again
    assert not is_due(done, time(23, 59), now - timedelta(minutes=20))
