"""The audit never says "none found" when nobody was asked."""

import pytest

from make.audit import judge, without_answer

CLEAN = {"name": "rich", "version": "15.0.0", "vulns": []}
BAD = {
    "name": "jinja2",
    "version": "3.1.2",
    "vulns": [{"id": "PYSEC-1", "fix_versions": ["3.1.3"]}],
}
SKIPPED = {"name": "celery", "skip_reason": "Dependency not found"}


def test_a_vulnerability_fails_the_check(capsys: pytest.CaptureFixture[str]) -> None:
    """One package with a known vulnerability is named, and the check fails."""
    assert judge([CLEAN, BAD, SKIPPED]) == 1
    assert "jinja2 3.1.2" in capsys.readouterr().out


def test_no_answer_at_all_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Where every package was skipped, the check says that nothing was checked."""
    assert judge([SKIPPED]) == 0
    assert "NOT CHECKED" in capsys.readouterr().out


def test_a_partial_answer_names_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    """A package that was skipped is named beside the count of those that were checked."""
    assert judge([CLEAN, SKIPPED]) == 0
    told = capsys.readouterr().out
    assert "not checked: celery" in told
    assert "1 packages have no known vulnerability" in told


def test_an_empty_lock_file_is_no_success() -> None:
    """An audit of nothing fails."""
    assert judge([]) == 1


def test_a_broken_audit_is_not_a_broken_line(capsys: pytest.CaptureFixture[str]) -> None:
    """No network passes with a notice; any other complaint of pip-audit fails."""
    assert without_answer("requests.exceptions.ConnectionError: no route") == 0
    assert "NOT CHECKED" in capsys.readouterr().out
    assert without_answer("ERROR: invalid requirement") == 1
