"""Every error as a problem a person understands (RFC 9457), in the language they read."""

import re
from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from lessons import errors as faults
from lessons import refusals, review_errors, upload_errors
from lessons.errors import GuankeError

MEDIA_TYPE = "application/problem+json"

# The one table from families of errors to answers; the nearest ancestor counts.
STATUS: Mapping[type[GuankeError], int] = {
    GuankeError: 500,
    faults.RequestFault: 400,
    faults.BadSpan: 422,
    faults.SpanOutsideRecording: 422,
    faults.UnknownCompetency: 422,
    faults.NotFound: 404,
    faults.Conflict: 409,
    faults.ClipInUse: 409,
    faults.EvidenceIncomplete: 409,
    faults.NotReady: 409,
    refusals.TeacherUnknown: 422,
    upload_errors.ProtocolRefused: 412,
    upload_errors.NotAnUploadBody: 415,
    upload_errors.UploadBusy: 423,
    upload_errors.UploadOver: 410,
    upload_errors.UploadSilent: 408,
    upload_errors.OffsetMismatch: 409,
    upload_errors.ChecksumMismatch: 460,
    upload_errors.QuotaExceeded: 413,
    faults.MediaFault: 422,
    faults.MediaTooLarge: 413,
    faults.EnvironmentFault: 500,
    faults.TransientFault: 503,
    faults.DiskFull: 507,
    review_errors.MarksInPeerReview: 422,
    review_errors.UnknownMark: 422,
    review_errors.MarksMissing: 422,
    review_errors.OwnEvidence: 422,
    review_errors.NoReviewer: 422,
    review_errors.RubricUnreadable: 422,
    review_errors.AlreadySubmitted: 409,
    review_errors.RecallOver: 409,
    review_errors.ReviewsPending: 409,
    refusals.NotSignedIn: 401,
    refusals.WrongPassword: 401,
    refusals.Forbidden: 403,
    refusals.SeveralPeople: 409,
    refusals.ExportUnfit: 422,
    refusals.StaffNumberTaken: 409,
    refusals.NameTaken: 409,
    refusals.TableUnreadable: 422,
    refusals.LastAdministrator: 409,
    refusals.PasswordTooWeak: 422,
    refusals.PasswordWrong: 422,
    refusals.TooManySignIns: 429,
}

TITLES: Mapping[int, tuple[str, str]] = {
    400: ("请求有误", "The request is not right"),
    401: ("请先登录", "Sign in first"),
    403: ("不允许", "Not allowed"),
    404: ("没有找到", "Not found"),
    405: ("不支持此操作", "Not possible here"),
    408: ("等待超时", "Waited too long"),
    409: ("与现状冲突", "In conflict with how things are"),
    410: ("已经结束", "Over"),
    412: ("协议版本不符", "Another version of the protocol"),
    413: ("内容过大", "Too large"),
    415: ("内容类型不符", "Another type of content"),
    416: ("超出文件范围", "Outside the file"),
    422: ("内容无法处理", "Can't be processed"),
    423: ("正被占用", "Held by somebody else"),
    460: ("校验不符", "The checksum differs"),
    429: ("尝试次数过多", "Too many attempts"),
    500: ("服务出错", "Something went wrong here"),
    503: ("暂时不可用", "Not available for the moment"),
    507: ("存储空间不足", "No room left"),
}


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str = Field(examples=["about:blank"])
    title: str = Field(examples=["没有找到"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["找不到课“018f…”。"])
    code: str = Field(description="Stable, for programs.", examples=["not-found"])
    facts: dict[str, str] = Field(default={}, examples=[{"what": "lesson", "id": "018f…"}])


def status_of(error: GuankeError) -> int:
    """Return the HTTP status of an error: that of its nearest ancestor in the table."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def language_of(request: Request) -> str:
    """Return `zh` or `en`, whichever stands higher in Accept-Language; Chinese where neither."""
    weights = {"zh": 0.0, "en": 0.0}
    for wish in request.headers.get("accept-language", "").lower().split(","):
        found = re.fullmatch(r"\s*(zh|en)(?:-[\w-]+)?\s*(?:;\s*q=([01](?:\.\d*)?))?\s*", wish)
        if found:
            name, weight = found.groups()
            weights[name] = max(weights[name], float(weight or 1))
    return "en" if weights["en"] > weights["zh"] else "zh"


def problem(
    status: int,
    language: str,
    *,
    code: str,
    detail: str | None = None,
    facts: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """Return the answer for one problem."""
    zh, en = TITLES.get(status, TITLES[400 if status < 500 else 500])
    title = en if language == "en" else zh
    body = Problem(
        type="about:blank",
        title=title,
        status=status,
        detail=detail or title,
        code=code,
        facts={name: str(fact) for name, fact in (facts or {}).items()},
    )
    return JSONResponse(
        body.model_dump(),
        status_code=status,
        media_type=MEDIA_TYPE,
        headers={**(headers or {}), "content-language": "en" if language == "en" else "zh-CN"},
    )


def install(app: FastAPI) -> None:
    """Let every error leave the application as a problem."""

    @app.exception_handler(GuankeError)
    def ours(request: Request, error: GuankeError) -> JSONResponse:
        language = language_of(request)
        retry = {"retry-after": "10"} if isinstance(error, faults.TransientFault) else {}
        if isinstance(error, refusals.TooManySignIns):
            retry = {"retry-after": str(error.facts["seconds"])}
        return problem(
            status_of(error),
            language,
            code=error.code,
            detail=error.message(language),
            facts=error.facts,
            headers=retry,
        )

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        facts = {".".join(map(str, fault["loc"])): str(fault["msg"]) for fault in error.errors()}
        detail = "; ".join(f"{place}: {said}" for place, said in facts.items())
        return problem(
            422, language_of(request), code="request-invalid", detail=detail, facts=facts
        )

    @app.exception_handler(HTTPException)
    def plain(request: Request, error: HTTPException) -> JSONResponse:
        code = re.sub(r"\W+", "-", TITLES.get(error.status_code, ("", "request-fault"))[1]).lower()
        return problem(
            error.status_code, language_of(request), code=code.strip("-"), headers=error.headers
        )

    @app.exception_handler(ClientDisconnect)
    def gone(request: Request, error: ClientDisconnect) -> Response:  # noqa: ARG001  # nobody reads
        return Response(status_code=499)

    @app.exception_handler(Exception)
    def unforeseen(request: Request, error: Exception) -> JSONResponse:  # noqa: ARG001  # not shown
        return problem(500, language_of(request), code="internal")
