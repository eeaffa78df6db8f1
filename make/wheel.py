"""What goes into a wheel besides the packages: the sample lesson that `guanke demo` shows.

A build hook and not a setting: `force-include` would also put a copy beside every editable install,
where it looks like half of the package. The hook also sees to it that no archive and no wheel is
made without the page, which `make web` builds and git does not keep.
"""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SAMPLE = "lesson_zh_water.mp4"
PAGE = Path("api") / "web_dist" / "index.html"


class WheelHook(BuildHookInterface[Any]):
    """Called by hatchling, which finds this class by its base."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the files, except where the tree itself is installed (`version` is editable)."""
        if version == "editable":
            return
        if not (Path(self.root) / PAGE).exists():
            raise FileNotFoundError(f"{PAGE} is not there: run `make web`, then build again")
        if self.target_name == "wheel":
            sample = Path(self.root) / "samples" / SAMPLE
            build_data["force_include"][str(sample)] = f"guanke/samples/{SAMPLE}"
