"""Every error a user can meet. The docstring is the English message, `zh` the Chinese one.

Both are templates: `{name}` is filled from the facts given when the error is raised, so that a
message names the file, the cause (in the words of `wording.py`) and what to do. The four families
decide what happens next: the command's exit code, the API's status, whether a step is tried again.
"""

from collections.abc import Iterator, Mapping
from typing import ClassVar

from lessons.wording import worded


class GuankeError(Exception):
    """Guanke could not do this."""

    zh: ClassVar[str] = "操作未能完成。"

    def __init__(self, **facts: object) -> None:
        self.facts: Mapping[str, object] = facts
        super().__init__(self.message("en"))

    code: ClassVar[str] = "guanke-error"  # a stable name for programs, such as media-unreadable

    def __init_subclass__(cls) -> None:
        """Name the code after the class."""
        name = cls.__name__
        cls.code = "".join("-" + c.lower() if c.isupper() else c for c in name).lstrip("-")

    @classmethod
    def kinds(cls) -> Iterator["type[GuankeError]"]:
        """Yield this class and every kind below it."""
        yield cls
        for kind in cls.__subclasses__():
            yield from kind.kinds()

    def message(self, language: str = "zh") -> str:
        """Return the message for a person, in `zh` or `en`."""
        template = self.zh if language == "zh" else " ".join((type(self).__doc__ or "").split())
        return template.format_map(worded(self.facts, language))


def restored(code: str, facts: Mapping[str, object]) -> GuankeError:
    """Return the error that was written down as a code and its facts."""
    kinds = {kind.code: kind for kind in GuankeError.kinds()}
    return kinds.get(code, GuankeError)(**facts)


class RequestFault(GuankeError):
    """The request is not right: {detail}"""

    zh = "请求有误：{detail}"


class MediaFault(GuankeError):
    """{file}: this file can't be processed ({detail})."""

    zh = "{file}：无法处理此文件（{detail}）。"


class EnvironmentFault(GuankeError):
    """This machine is missing something: {detail}"""

    zh = "运行环境有问题：{detail}"


class TransientFault(EnvironmentFault):
    """Something was not available for a moment; it will be tried again: {detail}"""

    zh = "暂时不可用，将自动重试：{detail}"


# --- requests ---------------------------------------------------------------------------------


class BadSpan(RequestFault):
    """From {start_ms} ms to {end_ms} ms is no stretch of time: the end comes after the start."""

    zh = "从 {start_ms} 毫秒到 {end_ms} 毫秒不是有效的时间段：结束必须晚于开始。"


class BadTimecode(RequestFault):
    """ "{text}" is no time. Write it as 00:01:03.200, 1:03 or 63.2."""

    zh = "“{text}”不是有效的时间。请写成 00:01:03.200、1:03 或 63.2。"


class NotFound(RequestFault):
    """There is no {what} “{id}”."""

    zh = "找不到{what}“{id}”。"


class Conflict(RequestFault):
    """This was changed meanwhile: {detail} Load it again and repeat your change."""

    zh = "内容已被他人修改：{detail}请重新载入后再修改。"


class UnknownCompetency(RequestFault):
    """The framework has no competency “{code}”."""

    zh = "能力框架中没有能力点“{code}”。"


class FrameworkUnreadable(RequestFault):
    """{file}: this is no competency framework or set of phases ({detail}). Compare it with the file
    that comes with Guanke."""

    zh = "{file}：不是有效的能力框架或教学环节数据（{detail}）。请对照随软件提供的文件。"


class SpanOutsideRecording(RequestFault):
    """The stretch ends at {end_ms} ms, but the recording lasts {duration_ms} ms."""

    zh = "所选时间段到 {end_ms} 毫秒，超出了课堂实录的时长（{duration_ms} 毫秒）。"


class SpanOutsideLesson(SpanOutsideRecording):
    """From {start_ms} ms to {end_ms} ms is not inside the lesson."""

    zh = "从 {start_ms} 毫秒到 {end_ms} 毫秒不在本节课之内。"


class ClipInUse(RequestFault):
    """The clip “{title}” is part of an evidence set. Take it out of there first."""

    zh = "片段“{title}”已用于证据材料，请先从证据材料中移除。"


class EvidenceIncomplete(RequestFault):
    """The evidence set still lacks: {missing}. Add these, then submit."""

    zh = "证据材料尚缺：{missing}。请补齐后再提交。"


class NotReady(RequestFault):
    """{what} is not ready yet: {detail}"""

    zh = "{what}尚未就绪：{detail}"


# --- the media's own fault: never tried again --------------------------------------------------


class MediaMissing(MediaFault):
    """{file}: there is no such file. Check the path."""

    zh = "{file}：文件不存在。请检查路径。"


class MediaEmpty(MediaFault):
    """{file}: the file is empty. Copy it from the recorder again."""

    zh = "{file}：文件是空的。请从录播主机重新拷贝。"


class MediaUnreadable(MediaFault):
    """{file}: this is not a recording that can be read ({detail}). It may be damaged or cut
    short; export it again as MP4."""

    zh = "{file}：无法读取（{detail}）。文件可能损坏或不完整，请重新导出为 MP4。"


class MediaRefused(MediaFault):
    """{file}: this kind of file is not accepted ({detail}). Upload a recording such as MP4, MOV,
    MKV, TS, or an audio file."""

    zh = "{file}：不接受这种文件（{detail}）。请上传 MP4、MOV、MKV、TS 等录像或音频文件。"


class MediaTooLarge(MediaFault):
    """{file}: beyond the limits ({detail}). Cut it into shorter or smaller files."""

    zh = "{file}：超出限制（{detail}）。请拆分或缩小后再上传。"


class MediaWithoutTracks(MediaFault):
    """{file}: there is neither picture nor sound inside. Export the recording again."""

    zh = "{file}：既没有画面也没有声音。请重新导出。"


class TranscriptUnreadable(MediaFault):
    """{file}: this is no transcript ({detail}). It has to look like {{"language": "zh",
    "utterances": [{{"start_ms": 0, "end_ms": 900, "text": "…"}}]}}."""

    zh = (
        "{file}：不是有效的文字稿（{detail_zh}）。格式应为 "
        '{{"language": "zh", "utterances": [{{"start_ms": 0, "end_ms": 900, "text": "…"}}]}}。'
    )


class StepCrashed(MediaFault):
    """{file}: the step “{kind}” ended abnormally {crashes} times; the original is kept. Show it to
    your administrator."""

    zh = "{file}：“{kind}”步骤异常终止 {crashes} 次。处理失败，原文件已保留，请联系管理员。"


# --- the environment's fault -------------------------------------------------------------------


class ToolMissing(EnvironmentFault):
    """{tool} was not found. Run `make setup`, install it, or name it in {setting}."""

    zh = "找不到 {tool}。请运行 make setup、安装它，或在 {setting} 中指定路径。"


class ModelMissing(EnvironmentFault):
    """The speech model was not found ({detail}). Run `make setup`, or name its folder in
    GUANKE_MODEL."""

    zh = "找不到语音识别模型（{detail}）。请运行 make setup，或在 GUANKE_MODEL 中指定模型目录。"


class ModelDamaged(EnvironmentFault):
    """The speech model at {path} is damaged: its digest is not the expected one. Remove the folder
    and run `make setup`."""

    zh = "语音识别模型 {path} 已损坏（摘要不符）。请删除该目录后运行 make setup。"


class DataFolderUnusable(EnvironmentFault):
    """The data folder {path} can't be written ({detail}). Free some space or mend its rights."""

    zh = "数据目录 {path} 无法写入（{detail}）。请释放空间或修正权限。"


class DiskFull(TransientFault):
    """The disk of {path} is full; nothing was lost. Free some space: work goes on by itself."""

    zh = "{path} 所在磁盘已满，数据没有丢失。请释放空间，处理会自动继续。"


class DataFolderInUse(EnvironmentFault):
    """Another Guanke is running on {path} (process {pid}). Stop it first, or use another data
    folder."""

    zh = "数据目录 {path} 已被另一个观课进程（{pid}）使用。请先停止它，或换一个数据目录。"


class DatabaseTooNew(EnvironmentFault):
    """The data folder {path} was written by a newer Guanke ({revision}). Upgrade this one."""

    zh = "数据目录 {path} 由更新版本的观课写入（版本 {revision}）。请升级程序。"


class ObjectMissing(EnvironmentFault):
    """The store has lost {digest}. Restore it from a backup; `guanke fsck` lists what is gone."""

    zh = "存储中缺少 {digest}。请从备份恢复；运行 guanke fsck 可列出缺失内容。"


class SourceUnreadable(EnvironmentFault):
    """{file}: can't be read now ({detail}). Mend its rights or the connection, then try again."""

    zh = "{file}：目前无法读取（{detail}）。请检查权限或网络连接后重试。"


class BadSetting(RequestFault):
    """The setting {name} can't be used: {detail}. See docs/settings.md."""

    zh = "设置项 {name} 无法使用：{detail}。请参考 docs/settings.md。"


class StepStuck(TransientFault):
    """The step “{kind}” made no progress for {seconds} s and was stopped."""

    zh = "“{kind}”步骤 {seconds} 秒没有进展，已停止。"


class StepTimedOut(MediaFault):
    """{file}: took longer than {seconds} s and was stopped. The file may be damaged."""

    zh = "{file}：处理超过 {seconds} 秒，已停止。文件可能有问题。"


class ToolCrashed(TransientFault):
    """{tool} ended abnormally ({detail})."""

    zh = "{tool} 异常终止（{detail}）。"


class LeaseLost(TransientFault):
    """Another worker took this step over; this one stopped without saving."""

    zh = "该步骤已由其他进程接手，本进程停止且未保存。"


class Cancelled(TransientFault):
    """The work was asked to stop."""

    zh = "已按要求停止。"


class SetAside(RequestFault):
    """This step was set aside by hand; the original is kept. It can be tried again at any time."""

    zh = "该步骤已由录播管理员搁置，原文件已保留，可随时重试。"


class HostsUnnamed(EnvironmentFault):
    """To answer on {host}, name the addresses that people will type: GUANKE_HOSTS=guanke.school.cn
    (several with commas). Otherwise use 127.0.0.1."""

    zh = (
        "要监听 {host}，请用 GUANKE_HOSTS 指定大家使用的访问地址，"
        "如 guanke.school.cn（多个用逗号分隔）；否则请使用 127.0.0.1。"
    )


class AddressInUse(EnvironmentFault):
    """Another program already listens on {host}:{port}. Stop it, or choose another port with
    --port."""

    zh = "{host}:{port} 已被其他程序占用。请停止该程序，或用 --port 换一个端口。"


class DropFolderMissing(RequestFault):
    """There is no folder {folder} to watch. Make it, or name another."""

    zh = "要监视的目录 {folder} 不存在。请先创建，或改用其他目录。"


class BadPattern(RequestFault):
    """The pattern {pattern} can't be used: {detail}."""

    zh = "文件名规则 {pattern} 无法使用：{detail}。"


class SideCarUnreadable(MediaFault):
    """{file}: the side-car beside the recording can't be read ({detail}). Mend it or remove it."""

    zh = "{file}：录像旁的说明文件无法读取（{detail}）。请修正或删除它。"
