"""A school group with something of everything in it, for tests of who may see what.

No media: what is seen of them is tested where they are served.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import update

from api.services import Services
from lessons import (
    Clip,
    CommentSubject,
    EvidenceKind,
    EvidenceState,
    MediaInfo,
    Reason,
    ReasonKind,
    ReviewKind,
    Segment,
    Suggestion,
    Transcript,
    Utterance,
    Viewer,
    WebhookService,
    Word,
    new_id,
)
from lessons.errors import MediaEmpty
from lessons.people import Membership, PersonFacts, ResearchGroupFacts, Role
from lessons.projects import ProjectFacts
from lessons.records import LessonFacts
from lessons.webhooks import WebhookFacts
from storage import (
    answers,
    api_keys,
    assignments,
    clips,
    comments,
    evidence,
    findings,
    frameworks,
    intake,
    lessons,
    people,
    projects,
    recordings,
    rubrics,
    school,
    sessions,
    steps,
    tables,
    transcripts,
    uploads,
    webhooks,
)
from storage.assignments import Terms
from storage.comments import CommentPlace
from storage.evidence import Document
from storage.uploads import UploadTerms
from tests.signed_in import Staff, session_of, staff_of

LENGTH_MS = 100_000


@dataclass(frozen=True, kw_only=True)
class Furnished:
    """A school group, its people, and the id of one thing of each kind; all of the teacher's."""

    staff: Staff
    ids: Mapping[str, str]
    word: str  # is in every text of the lesson, and nowhere else


def furnished(services: Services, school_group_id: str, word: str) -> Furnished:
    """Make a school group with one lesson of its teacher, drafts and all."""
    staff = staff_of(services.database, school_group_id)
    ids = _lesson(services, staff, word) | _evidence(services, staff, word)
    ids |= _school(services, staff, word) | _operating(services, staff, word)
    ids |= _overview(services, staff, word)
    ids |= _reviewing(services, staff, word)
    return Furnished(staff=staff, ids=ids, word=word)


def _lesson(services: Services, staff: Staff, word: str) -> dict[str, str]:
    teacher = staff.teacher
    with services.database.write() as connection:
        recording, _ = recordings.admit(
            connection,
            sha256=(word.encode().hex() * 20)[:64],
            size=1000,
            file_name=f"{word}.mp4",
            media_type="video/mp4",
            language="zh",
            actor=staff.operator.name,
        )
        info = MediaInfo(container="mov", duration_ms=LENGTH_MS, tracks=())
        recordings.set_info(connection, recording.id, info)
        recording = recordings.get(connection, recording.id)
        step = steps.add(
            connection, recording.id, kind="transcribe", queue="asr", input_digest="t", params={}
        )
        said = Word(start_ms=1000, end_ms=3000, text=word)
        line = Utterance(start_ms=1000, end_ms=3000, text=f"{word}。", words=(said,))
        heard = Transcript(language="zh", utterances=(line,), made_by="test")
        transcripts.save(connection, recording.id, heard, step)
        phase = Segment(start_ms=0, end_ms=LENGTH_MS, phase="opening", title=word)
        findings.save_segments(connection, recording.id, [phase])
        reason = Reason(kind=ReasonKind.WORDS, quote=word, at_ms=1000)
        moment = Suggestion(
            start_ms=1000,
            end_ms=9000,
            competency="A6",
            score=0.7,
            reasons=(reason,),
            made_by="test",
        )
        findings.save_suggestions(connection, recording.id, [moment])
        lesson = lessons.of_recording(
            connection,
            recording,
            LessonFacts(title=word, teacher="王老师"),
            actor=staff.operator.name,
            teacher_id=teacher.person_id,
        )
        clip = Clip(
            id=new_id(),
            recording_id=recording.id,
            lesson_id=lesson.id,
            owner_id=teacher.person_id,
            start_ms=1000,
            end_ms=9000,
            title=word,
            note=word,
            competencies=("A6",),
            created_at=datetime.now(UTC),
        )
        clips.add(connection, clip, actor=teacher.name)
        place = CommentPlace(
            subject=CommentSubject.LESSON,
            subject_id=lesson.id,
            lesson_id=lesson.id,
            recording_id=recording.id,
        )
        remark = comments.add(connection, place, word, actor=teacher.name)
        return {
            "comment_id": remark.id,
            "recording_id": recording.id,
            "lesson_id": lesson.id,
            "clip_id": clip.id,
            "utterance_id": transcripts.utterances(connection, recording.id)[0].id,
            "segment_id": answers.segments(connection, recording.id)[0].id,
            "suggestion_id": answers.suggestions(connection, recording.id)[0].id,
        }


def _evidence(services: Services, staff: Staff, word: str) -> dict[str, str]:
    teacher = staff.teacher.name
    with services.database.write() as connection:
        kept = evidence.begin(
            connection, teacher=str(teacher), competency="A6", lesson_id=None, actor=teacher
        )
        document = Document(
            digest="d" * 64, name=f"{word}.docx", bytes=1, media_type="application/msword"
        )
        item = evidence.add_item(
            connection,
            kept.id,
            kind=EvidenceKind.DOCUMENT,
            requirement="lesson_plan",
            document=document,
            actor=teacher,
        )
        evidence.add_item(
            connection,
            kept.id,
            kind=EvidenceKind.REFLECTION,
            requirement="reflection",
            text=word,
            actor=teacher,
        )
    return {"set_id": kept.id, "item_id": item.id}


def _reviewing(services: Services, staff: Staff, word: str) -> dict[str, str]:
    """Let a set be handed in and reviewed; its texts say nothing of the lesson."""
    teacher, lead = staff.teacher.name, staff.group_lead.name
    with services.database.write() as connection:
        version = frameworks.current(connection).version
        facts = next(
            one
            for one in services.rubrics
            if one.competency == "A6" and one.framework_version == version
        )
        rubric = rubrics.add(
            connection, replace(facts, origin=word), actor=staff.administrator.name
        )
        kept = evidence.begin(
            connection, teacher=str(teacher), competency="A6", lesson_id=None, actor=teacher
        )
        table = tables.evidence_set
        connection.execute(
            update(table).where(table.c.id == kept.id).values(state=EvidenceState.SUBMITTED)
        )
        reviewer = people.get(connection, staff.school_group_id, staff.reviewer.person_id)
        asked = assignments.assign(
            connection,
            evidence.get(connection, kept.id),
            reviewer,
            Terms(kind=ReviewKind.ASSESSMENT),
            actor=lead,
        )
        assert asked is not None
    return {"rubric_id": rubric.id, "assignment_id": asked.id, "review_id": asked.id}


def _school(services: Services, staff: Staff, word: str) -> dict[str, str]:
    here, actor = staff.school_group_id, staff.administrator.name
    with services.database.write() as connection:
        campus = school.add_campus(connection, here, f"{word}校区", actor=actor)
        facts = ResearchGroupFacts(name=f"{word}组")
        group = school.add_group(connection, here, facts, actor=actor)
        room = school.add_room(connection, here, campus.id, f"{word}教室", actor=actor)
        somebody = PersonFacts(
            staff_number=f"{word}1",
            name=f"{word}老师",
            roles=(Role.TEACHER,),
            memberships=(Membership(group_id=group.id),),
        )
        person = people.add(connection, here, somebody, actor=actor)
        key, _ = api_keys.make(
            connection, person.id, name=word, scopes=["look"], days=1, actor=actor
        )
    session_id = sessions.digest(session_of(services, person))
    return {
        "campus_id": campus.id,
        "group_id": group.id,
        "room_id": room.id,
        "person_id": person.id,
        "teacher_id": person.id,
        "session_id": session_id,
        "key_id": key.id,
    }


def _overview(services: Services, staff: Staff, word: str) -> dict[str, str]:
    here = staff.school_group_id
    with services.database.write() as connection:
        facts = ProjectFacts(title=f"{word}测评")
        project = projects.create(
            connection, facts, school_group_id=here, actor=staff.school_lead.name
        )
        robot = WebhookFacts(name=f"{word}群", service=WebhookService.WECOM, kinds=())
        url = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k"
        webhook = webhooks.add(
            connection, robot, url, None, school_group_id=here, actor=staff.administrator.name
        )
    return {"project_id": project.id, "webhook_id": webhook.id}


def _operating(services: Services, staff: Staff, word: str) -> dict[str, str]:
    operator: Viewer = staff.operator
    with services.database.write() as connection:
        upload = uploads.create(
            connection,
            file_name=f"{word}2.mp4",
            size=10,
            facts=LessonFacts(title=word),
            language=None,
            fingerprint=None,
            claimed_sha256=None,
            actor=operator.name,
            terms=UploadTerms(),
            free_bytes=1 << 40,
        )
        intake.keep(
            connection,
            identity=word,
            name=f"{word}3.mp4",
            details={},
            matched=False,
            school_group_id=staff.school_group_id,
            error=MediaEmpty(file=f"{word}3.mp4"),
        )
        (waiting,) = intake.unmatched(connection, staff.school_group_id)
    return {"upload_id": upload.id, "intake_id": waiting.id}
