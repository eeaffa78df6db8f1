"""The errors of reviewing: what two kinds of review allow, and when."""

from lessons.errors import RequestFault


class MarksInPeerReview(RequestFault):
    """A peer review (互评) has comments and suggestions, no levels. Levels belong to the official
    assessment alone."""

    zh = "互评只写留言和建议，不评等级；等级只用于校本考核。"


class UnknownMark(RequestFault):
    """The rubric has no level “{level}” for “{requirement}”."""

    zh = "评价标准中没有“{requirement}”的等级“{level}”。"


class MarksMissing(RequestFault):
    """These items have no level yet: {missing}."""

    zh = "以下证据尚未评定等级：{missing}。"


class OwnEvidence(RequestFault):
    """Nobody reviews their own evidence. Choose another reviewer."""

    zh = "不能评审自己的证据材料，请另选评审人。"


class AlreadySubmitted(RequestFault):
    """This review was submitted and is closed."""

    zh = "该评审已提交，不能再修改。"


class RecallOver(RequestFault):
    """A review can be taken back only for 30 seconds after it was submitted."""

    zh = "提交超过 30 秒后不能撤回。"


class ReviewsPending(RequestFault):
    """It can't be decided yet: {detail}."""

    zh = "暂时不能下结论：{detail}。"


class RubricUnreadable(RequestFault):
    """{file}: this is no rubric table ({detail}). Download the template and fill it in."""

    zh = "{file}：不是有效的评价标准表（{detail}）。请下载模板后填写。"


class NoReviewer(RequestFault):
    """{name} does not hold the role of a reviewer, which an official assessment asks for."""

    zh = "{name}没有“评审”角色，不能承担校本考核。"
