"""Why something went wrong, in Chinese and in English (what went wrong is in `named.py`).

A fact is a short code; its words are here. They are templates like the messages themselves, filled
from the error's other facts. A fact that is no code (a file's name, a number) is shown as it is.
"""

import errno
from collections.abc import Mapping

from lessons.named import NAMES_ZH

# Causes: code: (Chinese, English).
CAUSES = {
    # A file that is no recording.
    "hls-playlist": ("HLS 播放列表", "an HLS playlist"),
    "file-list": ("列出其他文件的清单", "a list of other files"),
    "dash-manifest": ("DASH 清单", "a DASH manifest"),
    "xml": ("XML 文档", "an XML document"),
    "drawing": ("矢量图", "a drawing"),
    "web-page": ("网页", "a web page"),
    "session-description": ("会话描述文件", "a session description"),
    "playlist": ("播放列表", "a playlist"),
    "pdf": ("PDF 文档", "a PDF document"),
    "archive": ("压缩包或课件", "an archive or a slide deck"),
    "image": ("图片", "a picture"),
    "program": ("程序文件", "a program"),
    "other-kind": (
        "播放列表、图片或其他类型的文件",
        "a playlist, a picture or another kind of file",
    ),
    "not-a-file": ("不是普通文件", "not a regular file"),
    "symbolic-link": ("符号链接", "a symbolic link"),
    "not-compliant": ("画面不能直接封装", "the picture can't be copied as it is"),
    # A recording that can't be read.
    "index-missing": (
        "缺少索引，录制可能没有正常结束",
        "its index is missing: the recording was not ended properly",
    ),
    "header-broken": ("文件头已损坏", "its header is broken"),
    "data-invalid": ("内容无法识别", "its data make no sense"),
    "ends-early": ("文件不完整", "it ends too early"),
    "decoder-missing": ("不支持其中的编码格式", "it holds a codec that is not supported"),
    "nothing-decodes": ("没有可以解码的内容", "nothing in it can be decoded"),
    "tool-says": ("解码失败", "{said}"),
    "nothing-came-out": ("没有生成 {name}", "no media came out for {name}"),
    "frames-missing": (
        "应有 {wanted} 帧，只得到 {found} 帧",
        "{found} frames came of {wanted}",
    ),
    "rendition-broken": ("播放版本已损坏", "a rendition is damaged"),
    # A recording beyond the limits.
    "streams": ("共 {streams} 条轨道", "{streams} streams"),
    "pixels": ("画面 {width}×{height} 像素", "{width}×{height} pixels"),
    "too-many-pixels": ("画面像素过多", "too many pixels"),
    "hours": ("时长 {hours} 小时", "{hours} h"),
    "fps": ("每秒 {fps} 帧", "{fps} frames a second"),
    "bytes": ("超过 {limit} 字节", "more than {limit} bytes"),
    "output-endless": ("输出无限增长", "its output grows without end"),
    # A program that ended.
    "killed": ("被信号 {signal} 终止", "killed by {signal}"),
    "told-to-end": ("被要求结束", "asked to end"),
    # What is beside a recording, or not there yet.
    "not-json": ("第 {line} 行不是有效的 JSON", "line {line} is not JSON"),
    "not-text": ("不是 UTF-8 编码的文本", "it is not text in UTF-8"),
    "not-an-object": ("最外层应为一个 JSON 对象", "it must be one JSON object"),
    "not-permitted": ("没有读取权限", "it may not be read"),
    "share-gone": ("网络共享已断开", "the network share is gone"),
    "value": ("“{value}”不是有效的值", "“{value}” is no value for it"),
    "unreadable": ("{value} 无法读取", "{value} can't be read"),
    "unknown-setting": (
        "{path} 第 {line} 行：没有这个设置项",
        "{path}, line {line}: there is no such setting",
    ),
    "broker-missing": ("分布式处理需要消息代理的地址", "workers of other machines need one"),
    "places": ("“{value}”不是有效的并发数", "“{value}” is no number of steps at a time"),
    "named-groups": ("只能使用这些命名组：{allowed}", "named groups may be: {allowed}"),
    "not-a-pattern": ("不是有效的正则表达式", "it is no regular expression ({said})"),
    "too-long": ("片段太长", "it is too long"),
    "too-large": ("片段太长，文件会超过大小上限", "so long a clip does not fit into so few bytes"),
    "no-picture": ("没有画面，无法压入字幕", "there is no picture to put subtitles into"),
    "no-rendition-yet": ("还没有播放版本", "there is no rendition yet"),
    "field": ("{where} 处的内容不合要求", "{where}: {said}"),
    "field-missing": ("缺少 {where}", "{where} is missing"),
    "bytes-differ": ("内容与记录不符", "its bytes are not what was written down"),
    "content-invalid": ("内容不合要求", "{said}"),
    "no-phases": ("没有列出教学环节", "it lists no phases"),
    # A request that makes no sense.
    "words-needed": ("语句不能没有文字", "an utterance needs words"),
    "both-need-words": ("拆分后的两句都要有文字", "both halves of an utterance need words"),
    "joined-to-itself": ("不能把一节课与它自己合并", "a lesson can't be joined to itself"),
    "item-incomplete": ("这条证据缺少内容", "an item of kind {item} needs its {item}"),
    "only-reflections": ("只有教学反思的文字可以修改", "only a reflection has words to change"),
    "beyond-neighbour": (
        "教学环节的边界不能越过相邻环节",
        "a phase can't be moved beyond its neighbour",
    ),
    "nothing-written": ("请先写留言或建议", "write a comment or a suggestion first"),
    "one-level": ("每条证据只能评一个等级", "an item has one level"),
    "no-words": ("没有选中文字", "no words are selected"),
    "say-what": ("请说明需要改进之处", "say what has to be improved"),
    "reviewers-differ": (
        "评审人意见不一致，请指定等级",
        "the reviewers differ: name the level",
    ),
    "below-a-pass": (
        "未达合格的应退回，不能通过",
        "what is below a pass is returned, not passed",
    ),
    "level-needs-reason": (
        "“{criterion}”评为“{level}”时请写明理由",
        "{criterion}: the level {level} needs a reason",
    ),
    "level-not-given": (
        "没有评审人给出“{level}”",
        "no reviewer gave the level {level}",
    ),
    "comment-length": (
        "留言应为 1 到 {most} 个字",
        "a comment has 1 to {most} characters",
    ),
    "whole-threads-only": ("只能标记整条讨论", "only a whole thread can be marked"),
    "nothing-to-pin-to": ("没有可以关联的课堂实录", "there is no recording to pin it to"),
    # A table that can't be read.
    "one-to-six-roles": ("每人应有一到六个角色", "a person has one to six roles"),
    "other-encoding": ("编码无法识别", "its encoding is neither UTF-8 nor GBK"),
    "no-rows": ("没有内容行", "it has no rows"),
    "table-too-large": ("表格过大", "it is too large"),
    "table-too-heavy": ("文件超过 {most} MB", "it is larger than {most} MB"),
    "too-many-rows": ("超过 {most} 行", "it has more than {most} rows"),
    "column-missing": ("缺少“{column}”列", "its column “{column}” is missing"),
    "no-sheet": ("没有工作表", "it has no sheet"),
    "not-xlsx": ("不是 XLSX 文件", "it is not an XLSX file"),
    # A folder or a disk.
    "read-only": ("只读", "it is read-only"),
    "no-permission": ("没有写入权限", "its rights do not allow it"),
    "not-a-folder": ("不是目录", "it is not a folder"),
    "database-shut": ("数据库文件打不开", "its database can't be opened"),
    "disk-error": ("磁盘读写出错", "the disk reports an error"),
    # A server of the district.
    "no-connection": ("无法连接", "no connection"),
    "no-answer": ("等待超时", "no answer in time"),
    "broken-off": ("连接中断", "the connection broke off"),
    "address-form": ("格式应为 {form}", "it looks like {form}"),
    "key-missing": ("没有填写", "it is not given"),
    "no-such-folder": ("目录 {value} 不存在", "there is no folder {value}"),
}


# The facts that are codes; all others are a person's own words, a number, a path.
_CODED = ("detail", "what", "kind")
_DISK = {
    errno.EROFS: "read-only",
    errno.EACCES: "no-permission",
    errno.EPERM: "no-permission",
    errno.ENOTDIR: "not-a-folder",
    errno.EEXIST: "not-a-folder",
}


def worded(facts: Mapping[str, object], language: str) -> "Facts":
    """Return `facts` with the words of `language` (zh or en) in place of codes."""
    words = Facts(facts)
    for name in _CODED:
        fact = str(facts.get(name, ""))
        if fact in CAUSES:
            words[name] = CAUSES[fact][0 if language == "zh" else 1].format_map(Facts(facts))
        elif fact in NAMES_ZH and language == "zh":
            words[name] = NAMES_ZH[fact]
    return words


_READING = {
    errno.EACCES: "not-permitted",
    errno.EPERM: "not-permitted",
    **dict.fromkeys(
        (errno.ESTALE, errno.ENOTCONN, errno.EHOSTDOWN, errno.EHOSTUNREACH, errno.ETIMEDOUT),
        "share-gone",
    ),
}


def reading_cause(error: OSError) -> str:
    """Return the code for why a file could not be read."""
    return _READING.get(error.errno or 0, "disk-error")


def disk_cause(error: OSError) -> str:
    """Return the code for why a folder or a file could not be written."""
    return _DISK.get(error.errno or 0, "disk-error")


class Facts(dict[str, object]):
    """Facts for a template; one that was not given shows as a dash instead of failing."""

    def __missing__(self, key: str) -> str:
        return "—"
