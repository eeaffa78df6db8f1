"""Makes the pictures of the guides out of what the journeys in the browser have seen.

    python -m make.pictures FOLDER

FOLDER holds the screenshots (`GUANKE_SHOTS=FOLDER make e2e`). Each picture that a guide names is
brought to size; the three journeys become strips. What no guide names is left out.
"""

import re
import sys
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

GUIDES = Path(__file__).parents[1] / "docs" / "guide"
PICTURES = GUIDES / "pictures"
WIDEST, TALLEST = 1100, 1600  # a page that scrolls for ever is cut
QUALITY = 72
STRIP_HEIGHT, GAP = 520, 12
# What each person does, from left to right.
JOURNEYS = {
    "operator": ("upload", "queue", "queue-failed", "receipt", "unclaimed"),
    "teacher": ("lesson-points", "lesson-timeline", "evidence"),
    "reviewer": ("reviews", "review", "review-submitted", "outcome"),
}

Image = NDArray[np.uint8]


def shrunk(image: Image) -> Image:
    """Return the top of `image`, no wider than a guide."""
    image = image[: TALLEST * image.shape[1] // WIDEST]
    share = min(1.0, WIDEST / image.shape[1])
    size = (round(image.shape[1] * share), round(image.shape[0] * share))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def strip(images: list[Image]) -> Image:
    """Return the upper parts of `images` side by side."""
    parts = []
    for image in images:
        share = STRIP_HEIGHT / min(image.shape[0], image.shape[1] * 3 // 4)
        size = (round(image.shape[1] * share), round(image.shape[0] * share))
        small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)[:STRIP_HEIGHT]
        border = ((0, STRIP_HEIGHT - small.shape[0]), (0, GAP), (0, 0))
        parts.append(np.pad(small, border, constant_values=235))
    return np.asarray(np.hstack(parts)[:, :-GAP], np.uint8)


def named_in_guides() -> set[str]:
    """Return the names of the pictures that the guides show."""
    pages = (page.read_text(encoding="utf-8") for page in GUIDES.glob("*.md"))
    return {name for text in pages for name in re.findall(r"\(pictures/([\w-]+)\.webp\)", text)}


def main() -> int:
    """Write every picture that is named; 1 when one was not seen."""
    seen = {path.stem: path for path in Path(sys.argv[1]).glob("*.png")}
    PICTURES.mkdir(exist_ok=True)
    for old in PICTURES.glob("*.webp"):
        old.unlink()
    missing = []
    for name in sorted(named_in_guides()):
        person, _, language = name.removeprefix("journey-").rpartition("-")
        steps = [f"{step}-{language}" for step in JOURNEYS.get(person, ())]
        if not all(step in seen for step in steps or [name]):
            missing.append(name)
            continue
        images = [np.asarray(cv2.imread(str(seen[s])), np.uint8) for s in steps or [name]]
        made = strip(images) if steps else shrunk(images[0])
        options = [cv2.IMWRITE_WEBP_QUALITY, QUALITY]
        cv2.imwrite(str(PICTURES / f"{name}.webp"), made, options)
    if missing:
        print(f"not seen in {sys.argv[1]}: {', '.join(missing)}", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
