"""A real Chromium without a window, driven over its debugging pipe: no driver, no package."""

import base64
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

OPTIONS = (
    "--headless=new",
    "--no-sandbox",  # tests run as root in containers; the pages are our own
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--autoplay-policy=no-user-gesture-required",
    "--remote-debugging-pipe",
    "--lang=zh-CN",
    "about:blank",
)


def find_chromium() -> str | None:
    """Return the browser of this machine: as `GUANKE_CHROMIUM` names it, else the system's."""
    named = os.environ.get("GUANKE_CHROMIUM")
    return named or shutil.which("chromium") or shutil.which("google-chrome")


class Page:
    """One page of the browser."""

    def __init__(self, commands: BinaryIO, answers: BinaryIO) -> None:
        self._commands, self._answers = commands, answers
        self._number = 0
        self.said: list[str] = []  # errors and exceptions on the page's console
        self._session = ""
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        attached = self._call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = str(attached["sessionId"])
        for domain in ("Page", "Runtime", "Log", "Network"):
            self._call(f"{domain}.enable")

    def go(self, address: str) -> None:
        """Open an address, and wait until it is loaded."""
        self._call("Page.navigate", url=address)
        self.wait("document.readyState === 'complete'")

    def run(self, script: str) -> Any:
        """Return what a script gives, awaited."""
        answer = self._call(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in answer:
            raise AssertionError(answer["exceptionDetails"])
        return answer["result"].get("value")

    def wait(self, condition: str, seconds: float = 20) -> None:
        """Wait until a script gives something true."""
        deadline = time.monotonic() + seconds
        while not self.run(f"Boolean({condition})"):
            assert time.monotonic() < deadline, f"never: {condition}; console: {self.said}"
            time.sleep(0.1)

    def picture(self, path: Path, *, width: int = 1280, height: int = 900) -> None:
        """Write what is seen as a PNG."""
        self._call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        shot = self._call("Page.captureScreenshot", format="png")
        path.write_bytes(base64.b64decode(shot["data"]))

    def _call(self, method: str, **parameters: object) -> Any:
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session and not method.startswith("Target."):
            message["sessionId"] = self._session
        self._commands.write(json.dumps(message).encode() + b"\0")
        self._commands.flush()
        while True:
            answer = self._read()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                return answer["result"]
            self._listen(answer)

    def _read(self) -> dict[str, Any]:
        text = bytearray()
        while (byte := self._answers.read(1)) != b"\0":
            assert byte, "the browser went away"
            text += byte
        answer: dict[str, Any] = json.loads(text)
        return answer

    def _listen(self, event: dict[str, Any]) -> None:
        parameters = event.get("params", {})
        if event.get("method") == "Runtime.exceptionThrown":
            self.said.append(str(parameters["exceptionDetails"]))
        elif event.get("method") == "Log.entryAdded" and parameters["entry"]["level"] == "error":
            self.said.append(parameters["entry"]["text"])


@contextmanager
def chromium(program: str, profile: Path) -> Iterator[Page]:
    """Yield a page of a fresh browser, and end the browser afterwards."""
    hear, answer = os.pipe()  # the browser reads from 3 and writes to 4
    listen, speak = os.pipe()
    wrapper = f'exec 3<&{hear} 4>&{speak}; exec "$@"'
    process = subprocess.Popen(
        ["/bin/bash", "-c", wrapper, "chromium", program, f"--user-data-dir={profile}", *OPTIONS],
        pass_fds=(hear, speak),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    os.close(hear)
    os.close(speak)
    try:
        with os.fdopen(answer, "wb") as commands, os.fdopen(listen, "rb") as answers:
            yield Page(commands, answers)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, 9)
        process.wait(timeout=20)
