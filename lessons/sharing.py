"""With whom a teacher shares a lesson, and what one needs to do something with it."""

from dataclasses import dataclass
from enum import StrEnum


class Audience(StrEnum):
    """Whom a share is for."""

    PERSON = "person"
    GROUP = "group"  # a research group
    CAMPUS = "campus"
    SCHOOL_GROUP = "school_group"


class ShareRight(StrEnum):
    """What others may do with a shared lesson; each right includes those before it."""

    LOOK = "look"
    COMMENT = "comment"
    TAG = "tag"  # make clips of it and name competencies


@dataclass(frozen=True, kw_only=True)
class Share:
    """That a lesson is open to somebody. Without shares it is its teacher's alone."""

    audience: Audience
    audience_id: str
    allows: ShareRight = ShareRight.LOOK


class Need(StrEnum):
    """What somebody wants to do with a lesson or what belongs to it."""

    FACTS = "facts"  # what it is called, how processing goes, and whether it plays
    LOOK = "look"  # what is said and shown in it
    COMMENT = "comment"
    TAG = "tag"
    HANDLE = "handle"  # its facts and stretches: its teacher, and the operators of the school
    OWN = "own"  # its teacher alone: corrections, suggestions, evidence


# Which rights of a share meet a need; the other needs no share can meet.
RIGHTS = {
    Need.FACTS: tuple(ShareRight),
    Need.LOOK: tuple(ShareRight),
    Need.COMMENT: (ShareRight.COMMENT, ShareRight.TAG),
    Need.TAG: (ShareRight.TAG,),
}
