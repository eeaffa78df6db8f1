"""What a district's servers may do to us: be away for a while, refuse us, give back other bytes.

What is away for a moment is tried again and loses nothing; what refuses us needs an administrator.
"""

from lessons.errors import EnvironmentFault, TransientFault


class Outage(TransientFault):
    """A server does not answer for a moment; work goes on by itself once it is back: {detail}"""

    zh = "服务器暂时没有响应，恢复后处理会自动继续：{detail}"


class StoreUnreachable(Outage):
    """The object store {place} does not answer ({detail}); nothing was lost. Work goes on by itself
    once it is back."""

    zh = "对象存储 {place} 没有响应（{detail}），数据没有丢失；恢复后处理会自动继续。"


class StoreRefused(EnvironmentFault):
    """The object store {place} refuses us ({detail}). Check its keys and its bucket."""

    zh = "对象存储 {place} 拒绝访问（{detail}）。请检查密钥和存储桶设置。"


class ObjectDamaged(EnvironmentFault):
    """The store {place} gives other bytes for {digest} than were put there. Restore it from a
    backup; `guanke fsck --deep` lists what is damaged."""

    zh = (
        "存储 {place} 中 {digest} 的内容与存入时不一致。"
        "请从备份恢复；运行 guanke fsck --deep 可列出损坏内容。"
    )


class ChangedWhileSent(TransientFault):
    """{file}: its bytes changed while they were sent to the store; it is sent again."""

    zh = "{file}：发送到存储时内容发生变化，将重新发送。"


class DatabaseUnreachable(Outage):
    """The database {place} does not answer; nothing was lost. Work goes on by itself once it is
    back."""

    zh = "数据库 {place} 没有响应，数据没有丢失；恢复后处理会自动继续。"


class DistrictMissing(EnvironmentFault):
    """This installation has no client for {what}. Install Guanke with its extra `district`."""

    zh = "此安装不含连接 {what} 的组件，请安装带 district 组件的观课。"
