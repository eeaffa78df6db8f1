"""What to do about a step that failed: one word for programs, one sentence for people."""

from collections.abc import Mapping
from enum import StrEnum

from lessons.errors import (
    Cancelled,
    EnvironmentFault,
    GuankeError,
    MediaFault,
    StepCrashed,
    StepTimedOut,
    TransientFault,
)


class Remedy(StrEnum):
    """What helps."""

    RETRY = "retry"
    REPLACE = "replace"
    WAIT = "wait"
    ADMINISTRATOR = "administrator"


WORDS: Mapping[Remedy, tuple[str, str]] = {
    Remedy.RETRY: ("点“重试”重新处理此步骤。", "Choose “Retry” to run this step again."),
    Remedy.REPLACE: (
        "重试也不会成功。请从录播主机重新导出，再上传新的文件。",
        "Trying again won't help. Export it from the recorder again and upload the new file.",
    ),
    Remedy.WAIT: ("无需操作，系统会自动重试。", "Nothing to do: it is tried again by itself."),
    Remedy.ADMINISTRATOR: (
        "请联系管理员修正运行环境，之后点“重试”。",
        "Ask your administrator to mend the machine, then choose “Retry”.",
    ),
}

# The nearest ancestor counts.
_REMEDIES: Mapping[type[GuankeError], Remedy] = {
    GuankeError: Remedy.ADMINISTRATOR,
    MediaFault: Remedy.REPLACE,
    StepCrashed: Remedy.ADMINISTRATOR,
    StepTimedOut: Remedy.RETRY,
    EnvironmentFault: Remedy.ADMINISTRATOR,
    TransientFault: Remedy.RETRY,
    Cancelled: Remedy.RETRY,
}


def remedy_of(error: GuankeError, *, over: bool) -> Remedy:
    """Return what helps against an error; `over`: the step will not be tried again by itself."""
    if not over:
        return Remedy.WAIT
    return next(_REMEDIES[kind] for kind in type(error).__mro__ if kind in _REMEDIES)
