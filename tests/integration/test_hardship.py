"""Nonsense in the settings is said clearly."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("name", "value"),
    [("GUANKE_PORT", "eighty"), ("GUANKE_LADDER", "tall"), ("GUANKE_LEASE_S", "-1")],
)
def test_nonsense_in_the_settings_is_named(name: str, value: str) -> None:
    """By the setting's name and what it was set to: that is usage, 2."""
    done = subprocess.run(
        [sys.executable, "-m", "guanke", "doctor"],
        capture_output=True,
        text=True,
        cwd=CHECKOUT,
        env=os.environ | {"LANG": "zh_CN.UTF-8", name: value},
    )
    assert done.returncode == 2
    assert name in done.stderr
    assert value in done.stderr
    assert "Traceback" not in done.stderr
