"""A full disk, a read-only folder, nonsense in the settings: said clearly, and nothing is lost.

The disks are small ones in memory, mounted in a namespace of the test's own: that needs no root.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import media

PROGRAM = f"{sys.executable} -m guanke"
CHECKOUT = Path(__file__).parents[2]


def in_own_world(script: str, folder: Path, **environment: str) -> list[str]:
    """Run a shell script that may mount; return the lines it wrote, errors included."""
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-ec", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=900,
        cwd=CHECKOUT,
        env=os.environ
        | {"GUANKE_LADDER": "[90]", "LANG": "zh_CN.UTF-8", "HERE": str(folder), "COLUMNS": "300"}
        | environment,
    )
    assert "Traceback" not in done.stdout, done.stdout
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def silent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten seconds of moving pictures without sound, of a size that matters to a small disk."""
    folder = tmp_path_factory.mktemp("silent")
    picture = media.moving(10, size="320x180") + ",noise=alls=40:allf=t"
    return media.make_lesson(folder, "数学课.mp4", picture=picture, sound=None)


@pytest.mark.timeout(1000)
def test_a_full_disk_stops_the_work_and_loses_nothing(silent: Path, tmp_path: Path) -> None:
    """Whether there is room for nothing, for the copy, or for half of the work: 4, then 0."""
    size = silent.stat().st_size
    script = f"""
        mount -t tmpfs -o size=64m tmpfs "$HERE"
        free() {{ df --output=avail -B1 "$HERE" | tail -n 1; }}
        for left in 0 {size // 2} {size * 3 // 2} {size * 3}; do
            head -c $(( $(free) - left )) /dev/zero > "$HERE/ballast" || true
            code=0; {PROGRAM} process "{silent}" --data "$HERE/data" || code=$?
            echo "left $left: $code"
            rm "$HERE/ballast"
        done
        code=0; {PROGRAM} process "{silent}" --data "$HERE/data" > /dev/null || code=$?
        echo "mended: $code"
        {PROGRAM} fsck --deep --data "$HERE/data"
        echo "whole: $?"
    """
    said = in_own_world(script, tmp_path)
    codes = {line.split(":")[0]: line[-1] for line in said if line.startswith(("left", "mended"))}
    assert len(codes) == 5, said
    assert codes["left 0"] == "4", said
    assert set(codes.values()) <= {"0", "4"}, said
    assert codes["mended"] == "0", said
    assert any("磁盘已满" in line for line in said)
    assert "whole: 0" in said


@pytest.mark.timeout(600)
def test_a_read_only_folder_is_named_and_mended(silent: Path, tmp_path: Path) -> None:
    """Nothing is begun in it; once it can be written again, the work goes on."""
    script = f"""
        {PROGRAM} doctor --data "$HERE" > /dev/null
        mount --bind "$HERE" "$HERE"
        mount -o remount,bind,ro "$HERE"
        for asked in 'process {silent}' 'serve --port 0' doctor fsck; do
            code=0; {PROGRAM} $asked --data "$HERE" || code=$?
            echo "$asked: $code"
        done
        umount "$HERE"
        {PROGRAM} process "{silent}" --data "$HERE" > /dev/null
        echo "mended: $?"
    """
    said = in_own_world(script, tmp_path)
    codes = [line.rsplit(": ", 1)[1] for line in said if line[-3:] == ": 4"]
    assert codes == ["4"] * 4, said
    assert sum("只读" in line for line in said) == 4, said
    assert "mended: 0" in said


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
