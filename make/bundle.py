"""Makes one archive with everything, to install Guanke where there is no network.

    python -m make.bundle [--python 3.11 3.12 3.13] [--out build]

What is in it: the wheel of this program with its page, every wheel of the lock file for each named
Python, the speech model, ffmpeg, uv, the installer, and the digest of each file. Debian 12 has
Python 3.11, Ubuntu 24.04 has 3.12, Debian 13 has 3.13.
"""

import argparse
import hashlib
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
UV = ROOT / ".cache" / "uv" / "bin" / "uv"
PIP = (ROOT / ".cache" / "uv" / "bin" / "python", "-m", "pip")
INSTALL = Path(__file__).parent / "install"
PYTHONS = ("3.11", "3.12", "3.13")
# What runs where glibc is 2.28 or newer, and what older rules allowed.
PLATFORMS = (
    "manylinux_2_28",
    "manylinux_2_27",
    "manylinux_2_24",
    "manylinux_2_17",
    "manylinux2014",
)
PINNED = re.compile(r"^(?P<pin>[A-Za-z0-9_.-]+==\S+)(?P<marker> *;[^\\\n]*)?", re.MULTILINE)
OF_A_SOURCE = ("jieba",)  # there is no wheel of it: it is built once, and fits every Python


def run(*command: str | Path) -> str:
    """Run a program in the project's folder; what it says goes to the terminal when it fails."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"make bundle: {command[0]} {command[1]}: {done.stderr[-2000:]}")
    return done.stdout


def pins() -> list[str]:
    """Return what the lock file says a school needs: `name==version ; marker`."""
    extras = ("--extra", "worker", "--extra", "model", "--no-emit-project", "--no-hashes")
    listed = run(UV, "export", "--frozen", "--no-default-groups", *extras)
    return [found["pin"] + (found["marker"] or "").rstrip() for found in PINNED.finditer(listed)]


def bring_wheels(folder: Path, pythons: Sequence[str], listed: Sequence[str]) -> None:
    """Bring every wheel for each Python into `folder`, once."""
    whole = [pin for pin in listed if not pin.startswith(OF_A_SOURCE)]
    built = [pin for pin in listed if pin.startswith(OF_A_SOURCE)]
    quiet = ("--quiet", "--disable-pip-version-check", "--no-deps")
    run(*PIP, "wheel", *quiet, "--wheel-dir", folder, *built)
    machine = platform.machine()
    for python in pythons:
        print(f"guanke: bringing the wheels for Python {python}", flush=True)
        tag = f"cp{python.replace('.', '')}"
        abis = [f"--abi={abi}" for abi in (tag, "abi3", "none")]
        platforms = [f"--platform={name}_{machine}" for name in PLATFORMS]
        wanted = folder.parent / f"wanted-{python}.txt"
        wanted.write_text("\n".join(_for_python(whole, python)) + "\n", encoding="utf-8")
        only = ("--only-binary=:all:", f"--python-version={python}", "--implementation=cp")
        run(*PIP, "download", *quiet, *only, *abis, *platforms, "--dest", folder, "-r", wanted)
        wanted.unlink()


def _for_python(listed: Sequence[str], python: str) -> list[str]:
    """Return the pins whose marker holds on Linux with this Python, without the marker."""
    code = (
        "import sys; from pip._vendor.packaging.markers import Marker\n"
        "version = sys.argv[1]\n"
        "for line in sys.stdin.read().splitlines():\n"
        "    pin, _, marker = line.partition(' ;')\n"
        "    where = {'python_version': version, 'python_full_version': version + '.0'}\n"
        "    if not marker.strip() or Marker(marker).evaluate(where): print(pin.strip())\n"
    )
    done = subprocess.run(
        [PIP[0], "-c", code, python],
        input="\n".join(listed),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def write_digests(folder: Path) -> None:
    """Write SHA256SUMS of everything in `folder`, as `sha256sum --check` reads it."""
    lines = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        lines.append(f"{digest}  {path.relative_to(folder)}\n")
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")


def release_of(wheel: Path, listed: Sequence[str]) -> str:
    """Return the release's name: the version, and a digest of what makes it this one."""
    version = wheel.name.split("-")[1]
    made_of = hashlib.sha256(wheel.read_bytes() + "\n".join(listed).encode())
    return f"{version}+{made_of.hexdigest()[:8]}"


def bundle(out: Path, pythons: Sequence[str]) -> Path:
    """Make the archive below `out` and return its path."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out) as draft:
        place = Path(draft) / "guanke"
        wheels = place / "wheels"
        wheels.mkdir(parents=True)
        print("guanke: building the wheel", flush=True)
        run(UV, "build", "--wheel", "--out-dir", wheels, "--quiet")
        (own,) = wheels.glob("guanke-*.whl")
        (wheels / ".gitignore").unlink(missing_ok=True)
        listed = pins()
        release = release_of(own, listed)
        bring_wheels(wheels, pythons, listed)
        (place / "packages.txt").write_text(
            "\n".join([*listed, f"guanke=={own.name.split('-')[1]}"]) + "\n", encoding="utf-8"
        )
        (place / "RELEASE").write_text(release + "\n", encoding="utf-8")
        (place / "PYTHONS").write_text(" ".join(pythons) + "\n", encoding="utf-8")
        (place / "bin").mkdir()
        shutil.copy2(UV.resolve(), place / "bin" / "uv")
        for path in INSTALL.iterdir():
            shutil.copy2(path, place / path.name)
        shutil.copy2(ROOT / "LICENSE", place / "LICENSE")
        write_digests(place)
        target = out / f"guanke-{release}-linux-{platform.machine()}.tar"
        partial = target.with_suffix(".partial")
        with tarfile.open(partial, "w") as archive:  # wheels are compressed already
            archive.add(place, arcname=f"guanke-{release}", filter=_nobodys)
        partial.replace(target)
    return target


def _nobodys(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = "root"
    return entry


def main(arguments: Sequence[str] | None = None) -> None:
    """Make the bundle and say where it is."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--python", nargs="+", default=PYTHONS, metavar="3.x")
    parser.add_argument("--out", type=Path, default=ROOT / "build")
    options = parser.parse_args(arguments)
    made = bundle(options.out, options.python)
    print(f"{made}  {made.stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
