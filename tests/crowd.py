"""A school full of people at work, for journeys: a project half done, 500 lessons, rooms."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, insert, update

from lessons import EvidenceState, LessonPart, NoticeKind, Stage, StageAim, Viewer, new_id
from lessons.people import Membership, PersonFacts, ResearchGroupFacts, Role, viewer_of
from lessons.projects import ProjectFacts
from lessons.records import LessonFacts
from storage import (
    frameworks,
    lessons,
    notices,
    people,
    projects,
    recordings,
    school,
    tables,
)
from storage.database import Database
from tests.signed_in import Staff

POINTS = ("A6", "B5", "A3")
SIZES = {"语文": 12, "英语": 9, "科学": 7, "音乐": 3}
SUBJECTS = ("数学", "语文", "英语", "科学", "音乐")
TITLES = ("分数的初步认识", "观潮", "My Family", "水的三态", "春天在哪里")
FAMILIES = "赵钱孙李周吴郑王冯陈褚卫"


def crowd(database: Database, staff: Staff) -> None:
    """Fill the first school group; its teacher gets the lessons, its leads a project."""
    here, actor = staff.school_group_id, staff.administrator.name
    with database.write() as connection:
        east = school.add_campus(connection, here, "东校区", actor=actor)
        west = school.add_campus(connection, here, "西校区", actor=actor)
        teachers: list[Viewer] = []
        for number, (subject, size) in enumerate(SIZES.items()):
            facts = ResearchGroupFacts(name=f"{subject}组", subject=subject)
            group = school.add_group(connection, here, facts, actor=actor)
            for place in range(size):
                person = PersonFacts(
                    staff_number=f"X{number}{place:02}",
                    name=f"{FAMILIES[place]}{subject[0]}",
                    roles=(Role.TEACHER,),
                    campus_id=(west if number % 2 else east).id,
                    memberships=(Membership(group_id=group.id),),
                )
                teachers.append(viewer_of(people.add(connection, here, person, actor=actor)))
        room = school.add_room(connection, here, east.id, "录播教室1", actor=actor)
        school.add_room(connection, here, west.id, "录播教室2", actor=actor)
        framework = frameworks.current(connection)
        for number, teacher in enumerate([*teachers, staff.colleague]):
            if number % 7 == 6:
                continue
            person = people.get(connection, here, teacher.person_id)
            people.choose_points(connection, person, POINTS, actor=teacher.name)
            for place, point in enumerate(POINTS[: number % 4]):
                state = EvidenceState.PASSED if number % 4 == 3 else EvidenceState.SUBMITTED
                if number % 8 == 1:
                    state = EvidenceState.RETURNED
                at = datetime.now(UTC) - timedelta(days=(number * 3 + place * 5) % 20)
                connection.execute(
                    insert(tables.evidence_set).values(
                        id=new_id(),
                        school_group_id=here,
                        teacher_id=teacher.person_id,
                        teacher=str(teacher.name),
                        framework_id=framework.id,
                        framework_version=framework.version,
                        competency=point,
                        state=state,
                        submitted_at=at,
                        created_at=at,
                    )
                )
        _project(connection, staff)
        _lessons(connection, staff)
        _room(connection, staff, room.name)
        for kind in (NoticeKind.RECORDING_READY, NoticeKind.COMMENT):
            notices.notify(
                connection,
                [staff.teacher.person_id],
                kind,
                f"/lessons/{kind}",
                actor=staff.colleague.name,
                title="二次函数的图像",
                by="李同事",
            )


def _project(connection: Connection, staff: Staff) -> None:
    begin = date.today() - timedelta(days=25)
    names = (
        ("选定测评点", StageAim.CHOOSE, 0, 20),
        ("课堂实践与材料提交", StageAim.SUBMIT, 21, 60),
        ("互评", StageAim.REVIEW, 61, 75),
        ("校本考核", StageAim.ASSESS, 76, 90),
    )
    stages = tuple(
        Stage(
            name=name,
            aim=aim,
            begins_on=begin + timedelta(days=first),
            ends_on=begin + timedelta(days=last),
        )
        for name, aim, first, last in names
    )
    facts = ProjectFacts(title="2026 秋季信息技术应用能力测评", points_each=3, stages=stages)
    projects.create(
        connection, facts, school_group_id=staff.school_group_id, actor=staff.school_lead.name
    )


def _lessons(connection: Connection, staff: Staff) -> None:
    for number in range(500):
        facts = LessonFacts(
            title=f"{TITLES[number % 5]}（{number + 1}）",
            teacher="王老师",
            subject=SUBJECTS[number % 5],
            grade=f"{'一二三四五六'[number % 6]}年级",
            group=f"{SUBJECTS[number % 5]}组",
            taught_on=date(2026, 9, 1) + timedelta(days=number % 80),
        )
        lessons.create(
            connection, facts, actor=staff.operator.name, teacher_id=staff.teacher.person_id
        )


def _room(connection: Connection, staff: Staff, room: str) -> None:
    for ago in (2, 9, 16):
        recording, _ = recordings.admit(
            connection,
            sha256=new_id().replace("-", "").ljust(64, "0"),
            size=1,
            file_name=f"{room}.mp4",
            media_type="video/mp4",
            language=None,
            actor=staff.operator.name,
        )
        part = LessonPart(recording_id=recording.id, start_ms=0, end_ms=0)
        facts = LessonFacts(title="待认领的课", room=room)
        lessons.create(connection, facts, [part], actor=staff.operator.name)
        table = tables.recording
        at = datetime.now(UTC) - timedelta(days=ago)
        connection.execute(
            update(table).where(table.c.id == recording.id).values(created_at=at, state="ready")
        )
