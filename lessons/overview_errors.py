"""The errors of projects and of group robots."""

from lessons.errors import RequestFault


class ProjectUntitled(RequestFault):
    """A project needs a title."""

    zh = "请填写项目名称。"


class PointsOutOfRange(RequestFault):
    """A project asks each teacher for 1 to {most} points."""

    zh = "每位教师的测评点数应在 1 到 {most} 之间。"


class StageBackwards(RequestFault):
    """The stage “{name}” ends before it begins."""

    zh = "环节“{name}”的截止日期早于开始日期。"


class WebhookAddressRefused(RequestFault):
    """“{host}” is no address of a group robot. Allowed are: {allowed}. Another service, such as a
    private one, is named in GUANKE_WEBHOOK_HOSTS."""

    zh = (
        "“{host}”不是群机器人的地址。允许的有：{allowed}。"
        "私有部署的平台请在 GUANKE_WEBHOOK_HOSTS 中登记。"
    )
