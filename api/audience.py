"""Which events one person hears: those of what they may see."""

import time

from lessons.people import Viewer
from lessons.sharing import Need
from storage import review_visibility, visibility
from storage.database import Database
from storage.events import Event

KEPT_S = 30.0  # an answer holds so long: progress comes twice a second, rights change by the day
# What people say and make of a lesson, and the words as they are heard, is for who may look at it;
# how processing goes is for operators too.
OF_WORDS = ("comment.",)
OF_WORK = ("recording.", "step.", "intake", "upload.")


class EventAudience:
    """Decides for one viewer; asks the database once a while about each recording."""

    def __init__(self, database: Database, viewer: Viewer) -> None:
        self._database = database
        self._viewer = viewer
        self._known: dict[tuple[str, Need], tuple[float, bool]] = {}

    def may_hear(self, event: Event) -> bool:
        """Return whether the viewer hears of this."""
        if "person" in event.data:
            return event.data["person"] == self._viewer.person_id
        if "school" in event.data:
            return event.data["school"] == self._viewer.school_group_id
        for name in ("review", "set", "lesson", "clip"):
            if name in event.data:
                said = event.kind.startswith(OF_WORDS)
                need = Need.FACTS if name == "lesson" and not said else Need.LOOK
                return self._may(name, str(event.data[name]), need)
        if event.recording_id is None:
            return False
        need = Need.FACTS if event.kind.startswith(OF_WORK) else Need.LOOK
        return self._may("recording", event.recording_id, need)

    def _may(self, what: str, row_id: str, need: Need) -> bool:
        asked_at, answer = self._known.get((f"{what}:{row_id}", need), (0.0, False))
        if asked_at and time.monotonic() - asked_at < KEPT_S:
            return answer
        ids = {
            "review": review_visibility.reviews_heard(self._viewer),
            "set": visibility.sets_of(self._viewer, need),
            "lesson": visibility.lessons_of(self._viewer, need),
            "clip": visibility.clips_of(self._viewer, need),
            "recording": visibility.recordings_of(self._viewer, need),
        }[what].subquery()
        with self._database.read() as connection:
            found = connection.execute(ids.select().where(ids.c.id == row_id)).first()
        self._known[f"{what}:{row_id}", need] = (time.monotonic(), found is not None)
        return found is not None
