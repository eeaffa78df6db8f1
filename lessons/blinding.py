"""Takes names out of what a reviewer reads who must not know whose work it is.

Only what is written can be blinded: voice, picture and the inside of a document may still tell.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

STAND_IN = "某老师"
TITLES = ("老师", "校长", "主任", "组长", "教师")
# Family names of two characters; every other one is the first character alone.
COMPOUND = (
    "欧阳",
    "司马",
    "诸葛",
    "上官",
    "司徒",
    "东方",
    "皇甫",
    "尉迟",
    "公孙",
    "慕容",
    "令狐",
    "夏侯",
)
HAN = re.compile(r"[一-鿿]{2,4}")


@dataclass(frozen=True)
class Shield:
    """Names that must not be read, and how to take them out of a text."""

    names: tuple[str, ...]

    @classmethod
    def against(cls, names: Iterable[str | None]) -> "Shield":
        """Return a shield against names, staff numbers and the like, and their usual short forms.

        李小红 is also 李老师 and 小红老师; 李老师 alone stands for itself.
        """
        found: dict[str, None] = {}
        for name in names:
            name = (name or "").strip()
            if not name:
                continue
            found[name] = None
            for form in _short_forms(name):
                found[form] = None
        return cls(tuple(sorted(found, key=len, reverse=True)))

    def cleaned(self, text: str) -> str:
        """Return `text` with a stand-in for each name."""
        for name in self.names:
            alone = name.isascii()  # a staff number inside of a longer number is none
            edges = (r"(?<![0-9A-Za-z])", r"(?![0-9A-Za-z])") if alone else ("", "")
            pattern = edges[0] + re.escape(name) + edges[1]
            text = re.sub(pattern, STAND_IN, text, flags=re.IGNORECASE)
        return text


def _short_forms(name: str) -> Iterable[str]:
    bare = name
    for title in TITLES:
        bare = bare.removesuffix(title)
    if not HAN.fullmatch(bare):
        return
    family = bare[:2] if bare[:2] in COMPOUND else bare[:1]
    given = bare[len(family) :]
    for title in TITLES:
        yield family + title
        if len(given) > 1:
            yield given + title
    if bare != name:
        yield bare


def neutral_file_name(title: str, file_name: str | None) -> str:
    """Return what a document is called for a reviewer: what it is, with the ending it had."""
    ending = re.search(r"\.[A-Za-z0-9]{1,8}$", file_name or "")
    return title + (ending.group() if ending else "")
