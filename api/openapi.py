"""Completes the OpenAPI document: problems, the meaning of each noun, an example of everything.

Examples are put together from one table of what a field may look like, so that a new noun has its
example at once.
"""

import sys
from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.errors import MEDIA_TYPE, Problem

OURS = ("api", "ingest", "lessons", "storage")
PROBLEM = {
    "description": "What went wrong (RFC 9457)",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
ID = "01980f1e-7c3a-7b21-9d40-5b1f2c6a8e10"
DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
FIELDS: Mapping[str, object] = {
    "account": "T1003", "address": "127.0.0.1", "agent": "Mozilla/5.0",
    "chosen": "一句好记的话", "days": 90,
    "lesson_ids": [ID], "scopes": ["look"], "points": ["A6", "B5"],
    "author_id": ID, "blindness": "blind", "column": "等级", "context_end_ms": 160000,
    "context_start_ms": 33200, "decided_by": ["reflection"], "decided_by_id": ID,
    "document_name": "教学设计.docx", "due_on": "2026-12-04", "faults": [], "first": None,
    "item_id": ID, "last": None, "level": "pass", "mentions": [], "next_id": ID, "number": 1,
    "open_reviews": 2, "organiser": "数学组组长", "organiser_id": ID, "origin": "rubrics.xlsx",
    "percent": 0.83, "person_id": ID, "reason": "own-evidence", "reasons": "请补充教学反思。",
    "resolved_at": None, "resolved_by": None, "review_id": ID, "reviewer": "陈老师",
    "reviewer_id": ID, "reviewer_ids": [ID], "round": 1, "row": 7, "rubric_id": ID,
    "saved_at": "2026-11-23T14:32:00Z", "set_id": ID, "set_ids": [ID], "staff_number": "T2043",
    "statements_en": ["Clear goals"], "statements_zh": ["目标清楚"], "subject_kind": "lesson",
    "submitted_at": "2026-11-23T14:40:00Z", "summary": "导入自然，技术用得恰当。",
    "thread_id": None,
    "anchor_text": "小组合作", "at_ms": 63200, "attempt": 1, "author": "王老师",
    "bandwidth": 2400000, "bytes": 734003200, "changed_at": "2026-11-23T08:10:00Z",
    "changed_by": "local", "class_name": "七年级(3)班", "clip_id": ID, "code": "A6",
    "codec": "avc1.640028", "competencies": ["A6"], "competency": "A6", "container": "mov",
    "created_at": "2026-11-23T08:00:00Z", "created_at_ms": 1795420800000,
    "cursor": f"{ID}~63200~41", "digest": DIGEST, "dimension": "instructional_design",
    "dismiss_reason": None, "document_digest": None, "duration_ms": 2400000,
    "duration_us": 4000000, "en": "Group work", "end_ms": 130000, "environment": "multimedia",
    "error_code": None, "facts": {"ffmpeg": "8.1", "model": "whisper-base", "sandbox": True},
    "file": "教学设计.docx", "file_name": "2026-11-23 七3班 数学.mp4", "format": "video",
    "fps": "25", "framework_id": "cn-tisheng-2.0", "framework_version": DIGEST,
    "grade": "七年级", "group": "数学组", "height": 1080, "id": ID, "init_bytes": 1024,
    "input_digest": DIGEST, "language": "zh", "lesson_id": ID, "lesson_title": "二次函数的图像",
    "lesson_visibility": "high", "made_by": "whisper-base/3", "marks": [[4, 6]],
    "max_minutes": 10, "must_show": ["teacher", "students"], "name": "720p",
    "name_en": "Technology-supported lead-in", "name_zh": "技术支持的课堂导入", "new": True,
    "note": "学生先说，老师再追问。", "offset": 4, "other_id": ID, "phase": "group_work",
    "probability": 0.94, "progress": 0.62, "queue": "io", "queues": {"transcode": 1},
    "quote": "请同学们四人一组讨论", "ready": True, "recording_id": ID,
    "requirement": "classroom_clip", "revision": 1, "room": "录播教室1", "score": 0.71,
    "sha256": DIGEST, "snippet": "今天学习二次函数的图像", "speaker": "teacher",
    "start_ms": 63200, "status": "source", "subject": "数学", "subject_id": ID,
    "taught_on": "2026-11-23", "teacher": "王老师", "term": "2026秋",
    "text": "请同学们四人一组讨论。", "textbook_unit": "第二十二章", "title": "二次函数的图像",
    "tools": {"ffmpeg": "8.1"}, "version": DIGEST, "width": 1920, "zh": "小组合作",
    "aim": "choose", "begins_on": "2026-09-01", "ends_on": "2026-09-30", "campus": "东校区",
    "label": "数学", "value": "数学", "path": "/lessons", "by": "李老师", "standing": "chosen",
    "url": "https://oapi.dingtalk.com/robot/send", "host": "oapi.dingtalk.com", "usual": 4.5,
    "last_seven_days": 4, "day": "2026-11-23", "participation": 0.83,
    "reminded_on": "2026-11-23", "until": "2026-09-30", "kinds": ["comment"],
}  # fmt: skip
PLAIN: Mapping[str, object] = {
    "string": "", "integer": 0, "number": 0.0, "boolean": False, "object": {}, "array": [],
}  # fmt: skip


def install(app: FastAPI) -> None:
    """Give the application its completed document."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _completed(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # FastAPI's documented way


def _completed(app: FastAPI) -> dict[str, Any]:
    tree = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )
    components = tree["components"]["schemas"]
    components["Problem"] = Problem.model_json_schema()
    for name in ("HTTPValidationError", "ValidationError"):
        components.pop(name, None)
    for operation in _operations(tree):
        operation["responses"].pop("422", None)
        operation["responses"]["default"] = PROBLEM
    meanings = _meanings()
    for name, schema in components.items():
        plain, _, item = name.partition("_")  # Page_Lesson_ is a page of lessons
        if plain in meanings:
            schema["description"] = meanings[plain] + (f" Of: {item.strip('_')}." if item else "")
        if schema.get("type") == "object" and name != "Problem":
            schema["examples"] = [example(schema, components)]
    return tree


def _operations(tree: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for path in tree["paths"].values():
        yield from path.values()


def _meanings() -> dict[str, str]:
    """Return what each noun means, in the words of its own definition."""
    rooms = ("lessons.", "processing.plan", "ingest.", "storage.", "api.")
    places = [module for name, module in sys.modules.items() if name.startswith(rooms)]
    nouns = (noun for place in places for noun in vars(place).values() if isinstance(noun, type))
    return {noun.__name__: noun.__doc__.strip() for noun in nouns if noun.__doc__}


def example(schema: Mapping[str, Any], components: Mapping[str, Any], name: str = "") -> Any:
    """Return an example of a schema, a field at a time; `name` is the field it is for."""
    if "$ref" in schema:
        return example(components[schema["$ref"].rpartition("/")[2]], components)
    if "enum" in schema:
        return schema["enum"][0]
    if "properties" in schema:
        fields = schema["properties"].items()
        return {field: example(inside, components, field) for field, inside in fields}
    if "$ref" in schema.get("items", {}):
        return [example(schema["items"], components)]
    if name in FIELDS:
        return FIELDS[name]
    if "anyOf" in schema:
        optional = {"type": "null"} in schema["anyOf"]
        first = schema["anyOf"][0]
        return None if optional and "$ref" not in first else example(first, components, name)
    return PLAIN.get(schema.get("type", ""))
