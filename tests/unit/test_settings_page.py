"""The page of settings tells of each one, with the default it really has."""

import json
import re
from datetime import time
from pathlib import Path

import pytest

from guanke.settings import Settings

PAGE = Path(__file__).resolve().parents[2] / "docs" / "settings.md"
ROW = re.compile(r"^\| `GUANKE_(\w+)` \| ([^|\n]+) \| [^|\n]+ \|$", re.MULTILINE)
ROWS = {name.lower(): default for name, default in ROW.findall(PAGE.read_text(encoding="utf-8"))}


def test_the_page_is_complete() -> None:
    """Every setting has a row, and no row tells of a setting that is gone."""
    assert set(ROWS) == set(Settings.model_fields)


@pytest.mark.parametrize("name", sorted(ROWS))
def test_the_default_is_the_real_one(name: str) -> None:
    """A default in code type is the program's; one in words stands for none."""
    default = Settings.model_fields[name].default
    shown = re.fullmatch(r"`(.+)`", ROWS[name])
    if shown is None:
        assert default is None
    elif isinstance(default, tuple):
        assert json.loads(shown[1]) == list(default)
    elif isinstance(default, time):
        assert time.fromisoformat(shown[1]) == default
    else:
        assert type(default)(shown[1]) == default
