"""Rubrics (评价标准): read by version, brought as a table."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, UploadFile
from fastapi.responses import Response

from api.policy import Administers, Looks
from api.review_schemas import RubricImport
from api.services import Held
from ingest.rubric_sheet import read_sheet, write_sheet
from lessons import Rubric
from lessons.review_errors import RubricUnreadable
from storage import frameworks, rubrics

router = APIRouter(tags=["rubrics"])
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_BYTES = 5 << 20


@router.get("/rubrics")
def list_rubrics(
    viewer: Looks,
    held: Held,
    competency: str | None = None,
    every: Annotated[bool, Query(description="Older versions too.")] = False,
) -> Sequence[Rubric]:
    """List the rubrics in use under the current framework, or every version of them."""
    with held.database.read() as connection:
        version = frameworks.current(connection).version
        if every:
            return rubrics.versions(connection, viewer.school_group_id, version, competency)
        found = rubrics.current(connection, viewer.school_group_id, version)
    return [one for code, one in found.items() if competency in (None, code)]


@router.get("/rubrics/{rubric_id}")
def read_rubric(viewer: Looks, held: Held, rubric_id: str) -> Rubric:
    """Read one version of a rubric; an old one keeps its wording."""
    with held.database.read() as connection:
        found = rubrics.get(connection, rubric_id, viewer.school_group_id)
    return found


@router.get("/rubrics.xlsx", response_class=Response)
def download_rubrics(viewer: Looks, held: Held) -> Response:
    """Download the rubrics in use as a table: the template to change and to bring back."""
    with held.database.read() as connection:
        version = frameworks.current(connection).version
        found = rubrics.current(connection, viewer.school_group_id, version)
    return Response(
        write_sheet(found.values()),
        media_type=XLSX,
        headers={"content-disposition": 'attachment; filename="rubrics.xlsx"'},
    )


@router.post("/rubrics/import")
def import_rubrics(
    viewer: Administers,
    held: Held,
    file: UploadFile,
    preview: Annotated[bool, Query(description="Read and check only; nothing is kept.")] = True,
) -> RubricImport:
    """Bring rubrics as a table (XLSX). Nothing is kept while a row is wrong; each competency in it
    gets a new version, and reviews under way keep the one they were assigned with."""
    name = file.filename or "rubrics.xlsx"
    content = file.file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise RubricUnreadable(file=name, detail=f"more than {MOST_BYTES >> 20} MB")
    with held.database.read() as connection:
        framework = frameworks.current(connection)
        known = rubrics.current(connection, viewer.school_group_id, framework.version)
    sheet = read_sheet(content, file_name=name, framework=framework, known=known)
    keep = not preview and not sheet.faults
    if keep:
        with held.database.write() as connection:
            for facts in sheet.rubrics:
                rubrics.add(connection, facts, actor=viewer.name)
    return RubricImport(rubrics=sheet.rubrics, faults=sheet.faults, kept=keep)
