"""A small storm of SIGKILL over a running server; `make storm` raises a large one."""

from dataclasses import asdict
from pathlib import Path

import pytest

from bench.kill_storm import Storm


@pytest.mark.storm
@pytest.mark.timeout(900)  # on a quiet machine it takes less than a minute
def test_nothing_is_lost_in_a_small_storm(tmp_path: Path) -> None:
    """Ten kills while three recordings run: none lost, doubled, stuck, damaged or left over."""
    storm = Storm(tmp_path, seed=20, recordings_wanted=3, seconds=4)
    outcome = storm.rage(10, patience_s=600)
    assert sum(outcome.kills.values()) == 10
    assert outcome.clean, asdict(outcome)
