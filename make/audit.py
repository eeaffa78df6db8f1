"""Ask whether a locked package has a known vulnerability, and say so when nobody could be asked.

pip-audit alone is not enough: where the index does not serve vulnerability reports it skips every
package and still says "No known vulnerabilities found".

    python make/audit.py PATH_OF_UV

Exit code 0: asked, none found; or nobody answered, which is printed. 1: one was found, or the
audit itself is broken.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

# A vulnerability that does not touch us: its id, and why. Empty is the wish.
ACCEPTED: dict[str, str] = {}

# How an error of the line, not of our lock file, shows itself.
UNREACHABLE = ("ConnectionError", "Max retries", "timed out", "Could not connect", "ServiceError")


def main(uv: Path) -> int:
    """Audit `uv.lock` with all extras and groups, print what came of it, return the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        requirements = Path(folder) / "requirements.txt"
        answer = Path(folder) / "answer.json"
        _export(uv, requirements)
        run = _audit(requirements, answer)
        if not answer.exists():
            return without_answer(run.stderr)
        return judge(json.loads(answer.read_text(encoding="utf-8"))["dependencies"])


def _export(uv: Path, requirements: Path) -> None:
    wanted = ["--frozen", "--all-extras", "--all-groups", "--no-emit-project", "--quiet"]
    subprocess.run(
        [uv, "export", *wanted, "--output-file", requirements],
        cwd=ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
    )


def _audit(requirements: Path, answer: Path) -> subprocess.CompletedProcess[str]:
    ignored = [part for name in ACCEPTED for part in ("--ignore-vuln", name)]
    program = str(Path(sys.executable).with_name("pip-audit"))
    command = [program, "--requirement", str(requirements)]
    command += ["--disable-pip", "--require-hashes", "--progress-spinner", "off"]
    command += ["--timeout", "10", "--format", "json", "--output", str(answer), *ignored]
    return subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)


def without_answer(complaint: str) -> int:
    """Tell a line that is down (0) from an audit that is broken (1)."""
    last = complaint.strip().splitlines()[-1:] or ["no word from pip-audit"]
    if any(sign in complaint for sign in UNREACHABLE):
        print(f"pip-audit: NOT CHECKED: the vulnerability service could not be reached: {last[0]}")
        return 0
    print(f"pip-audit: failed: {last[0]}", file=sys.stderr)
    return 1


def judge(packages: Sequence[Mapping[str, object]]) -> int:
    """Print what the audit says of each package, and return the exit code."""
    if not packages:
        print("pip-audit: failed: the lock file names no package", file=sys.stderr)
        return 1
    skipped = [p for p in packages if "skip_reason" in p]
    found = [p for p in packages if p.get("vulns")]
    for package in found:
        print(f"pip-audit: {package['name']} {package['version']}: {json.dumps(package['vulns'])}")
    if found:
        return 1
    if len(skipped) == len(packages):
        print(
            f"pip-audit: NOT CHECKED: the index answered for none of the {len(packages)} packages "
            "(it serves no vulnerability reports); run `make check` where pypi.org answers in full"
        )
        return 0
    for package in skipped:
        print(f"pip-audit: not checked: {package['name']}: {package['skip_reason']}")
    print(f"pip-audit: {len(packages) - len(skipped)} packages have no known vulnerability")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
