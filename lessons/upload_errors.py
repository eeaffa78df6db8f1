"""What can go wrong on the way in. An upload that is refused leaves no byte behind."""

from lessons.errors import MediaFault, RequestFault


class UploadBusy(RequestFault):
    """Somebody is sending this upload already. Wait a moment, then go on."""

    zh = "该文件正在由另一个连接上传，请稍候再继续。"


class UploadOver(RequestFault):
    """This upload is over ({state}); begin a new one."""

    zh = "该上传已结束（{state}），请重新上传。"


class UploadSilent(RequestFault):
    """Nothing came for {seconds} s; what had arrived is kept. Go on from there."""

    zh = "{seconds} 秒没有收到数据，已收到的部分已保存，请继续上传。"


class OffsetMismatch(RequestFault):
    """The upload stands at byte {offset}; go on from there."""

    zh = "该上传已收到 {offset} 字节，请从此处继续。"


class ChecksumMismatch(RequestFault):
    """The bytes arrived damaged; they were not kept. Send them again."""

    zh = "数据在传输中损坏，未保存，请重新发送。"


class ProtocolRefused(RequestFault):
    """Uploads speak tus {version}: send the header Tus-Resumable."""

    zh = "上传接口使用 tus {version} 协议，请发送 Tus-Resumable 请求头。"


class NotAnUploadBody(RequestFault):
    """The bytes of an upload come as application/offset+octet-stream."""

    zh = "上传数据的 Content-Type 必须是 application/offset+octet-stream。"


class QuotaExceeded(RequestFault):
    """{file}: the school group has {left} bytes left, fewer than this file needs. Ask your
    administrator for more room, or remove recordings nobody needs."""

    zh = (
        "{file}：本教育集团剩余空间只有 {left} 字节，不够存放此文件。"
        "请联系管理员扩容，或清理不再需要的课堂实录。"
    )


class UploadDamaged(MediaFault):
    """{file}: what arrived is not the file that was announced (its SHA-256 differs). Upload it
    again."""

    zh = "{file}：收到的内容与所选文件不一致（SHA-256 不符），请重新上传。"
