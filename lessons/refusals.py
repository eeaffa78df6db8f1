"""The errors of signing in, and of what somebody may not do."""

from lessons.errors import RequestFault


class NotSignedIn(RequestFault):
    """You are not signed in, or were signed out meanwhile. Sign in and try again."""

    zh = "您尚未登录或登录已失效，请登录后重试。"


class WrongPassword(RequestFault):
    """The staff number or name, or the password, is not right."""

    zh = "工号（姓名）或密码不正确。"


class PasswordWrong(RequestFault):
    """The password you have now is not right."""

    zh = "当前密码不正确。"


class SeveralPeople(RequestFault):
    """Several people are called “{name}”. Sign in with your staff number instead."""

    zh = "有多位老师叫“{name}”，请改用工号登录。"


class TooManySignIns(RequestFault):
    """Too many failed attempts to sign in. Try again in {seconds} seconds."""

    zh = "登录失败次数过多，请 {seconds} 秒后再试。"


class TeacherUnknown(RequestFault):
    """Nobody, or more than one person, is called “{name}”. Check the name; an administrator can
    add the person."""

    zh = "没有找到唯一的“{name}”老师。请核对姓名，或请管理员先添加该老师。"


class PasswordTooWeak(RequestFault):
    """A password needs at least {least} characters and may not be your name, your staff number or
    one that everybody knows."""

    zh = "密码至少 {least} 个字符，且不能是姓名、工号或常见密码。"


class StaffNumberTaken(RequestFault):
    """Somebody else already has the staff number “{staff_number}”."""

    zh = "工号“{staff_number}”已被使用。"


class LastAdministrator(RequestFault):
    """“{name}” is the last administrator: make somebody else one first."""

    zh = "“{name}”是最后一位管理员，请先设置其他管理员。"


class Forbidden(RequestFault):
    """This is not allowed."""

    zh = "不允许此操作。"


class RoleMissing(Forbidden):
    """Your role does not allow this. Ask your administrator."""

    zh = "您的角色没有此权限，请联系管理员。"


class ScopeMissing(Forbidden):
    """This API key was not made for this ({scope})."""

    zh = "此接口密钥没有该权限（{scope}）。"


class PasswordToChange(Forbidden):
    """Your password was given to you by somebody else: choose your own first."""

    zh = "当前是一次性密码，请先设置自己的密码。"


class RequestForged(Forbidden):
    """The page is out of date: load it again. (The request lacks the token of your session.)"""

    zh = "页面已过期，请刷新后重试。（请求缺少本次登录的令牌。）"


class NameTaken(RequestFault):
    """There is already one called “{name}”."""

    zh = "“{name}”已存在。"


class TableUnreadable(RequestFault):
    """{file}: this table can't be read ({detail}). Save it as XLSX, or as CSV in UTF-8 or GBK."""

    zh = "{file}：无法读取此表格（{detail}）。请另存为 XLSX，或 UTF-8／GBK 编码的 CSV。"


class OutsideClip(Forbidden):
    """Only the clip and half a minute around it are open to you."""

    zh = "您只能观看该片段及其前后各 30 秒。"


class ExportUnfit(RequestFault):
    """The clip can't be had in this form: {detail}. Choose another, or shorten the clip."""

    zh = "片段不符合这种下载方式的要求：{detail}。请选择其他方式，或缩短片段。"
