"""What the cloud can answer instead of what was asked for.

CivicWattError
└── CloudError (carries a status)
    ├── NotSignedIn      401  CW-A1001
    ├── WrongCredentials 401  CW-A1002
    ├── NotPermitted     403  CW-A1003
    ├── LockedOut        429  CW-A1004
    ├── ForeignOrigin    403  CW-A1005
    ├── NotFound         404  CW-A1006
    ├── Conflict         409  CW-A1007
    ├── BadRequest       422  CW-A1008
    ├── NotAllowed       405  CW-A1009
    ├── Failed           500  CW-A1500
    ├── BodyTooLarge     413  CW-A1010
    ├── RuleViolation    422  (modules add their own beneath)
    │   ├── WeakPassword      CW-A1011
    │   └── SetupIncomplete   CW-A1012
    ├── DataBusy              CW-A1013  (of the command, not of a request)
    ├── PortTaken             CW-A1014
    ├── TooManyRequests  429  CW-A1015
    ├── DatabaseAway     503  CW-K1001
    ├── SchemaNewer           CW-O1001
    ├── NotTheOwner           CW-K1002
    ├── RootInForeignData     CW-K1003
    ├── NoRule           422  CW-R1001
    ├── UnreadableTable  422  CW-D1001  (tables.py)
    ├── MissingColumn    422  CW-D1002  (tables.py)
    ├── TableTooLong     422  CW-D1003  (tables.py)
    ├── BadField         422  CW-K1101  (records/errors.py)
    ├── FieldMissing     422  CW-K1102  (records/errors.py)
    ├── NotWritable      422  CW-K1103  (records/errors.py)
    ├── Outdated         409  CW-K1104  (records/errors.py)
    ├── AlreadyThere     409  CW-K1105  (records/errors.py)
    ├── NoSuchStep       409  CW-K1201  (workflow/errors.py)
    ├── OwnStep          403  CW-K1202  (workflow/errors.py)
    ├── NotYours         403  CW-K1203  (workflow/errors.py)
    ├── OpinionAwaited   409  CW-K1204  (workflow/errors.py)
    ├── NotAskable       422  CW-K1205  (workflow/errors.py)
    ├── NobodyAsked      409  CW-K1206  (workflow/errors.py)
    ├── RolesExclude … SecondFactorWrong  CW-K13xx  (identity/errors.py)
    ├── BadAnchor             CW-K1321  (audit_errors.py)
    ├── BadNotice        422  CW-K1501  (calendar_errors.py)
    ├── NoSource         422  CW-K1502  (calendar_errors.py)
    ├── NoPeriod         422  CW-K1503  (calendar_errors.py)
    ├── UnknownFileType … BadRegion   CW-K140x  (files/errors.py)
    ├── UnknownColumn … WithoutKey    CW-K141x  (workbooks/errors.py)
    ├── FontMissing      503  CW-K1431  (documents/errors.py)
    ├── NoSuchDelivery … SecretUnusable  CW-K160x  (outbox/errors.py)
    ├── NoAddress        422  CW-K1611  (notices/errors.py)
    ├── RowProblem       422  (directory_problems.py, timeseries/errors.py)
    └── SetAside              (timeseries/errors.py)

Reasons why a figure has no value are not errors: timeseries/figures/reasons.py.
"""

from typing import ClassVar

from civicwatt_protocols.errors import CivicWattError


class CloudError(CivicWattError):
    """Base of everything the cloud refuses; `status` is what a web client sees."""

    status: ClassVar[int] = 500

    @property
    def retry_after_s(self) -> int | None:
        """When it may be tried again; None: nobody knows."""
        return None


class NotSignedIn(CloudError):
    """No session, or it has ended."""

    status = 401
    code = "CW-A1001"
    zh = "尚未登录，或登录已过期"
    en = "not signed in, or the session has ended"
    remedy_zh = "请登录"
    remedy_en = "sign in"


class WrongCredentials(CloudError):
    """The same answer for an unknown account, a wrong password and a spent code."""

    status = 401
    code = "CW-A1002"
    zh = "账号、密码或一次性登录码不正确"
    en = "the account, password or one-time code is wrong"
    remedy_zh = "核对后再试；一次性登录码只能用一次，24 小时内有效"
    remedy_en = "check and try again; a one-time code works once, within 24 hours"


class NotPermitted(CloudError):
    """Signed in, but this is not for the actor's role."""

    status = 403
    code = "CW-A1003"
    zh = "当前角色不能进行此操作"
    en = "the role does not permit this"
    remedy_zh = "换用有权限的账号"
    remedy_en = "use an account that has the permission"


class LockedOut(CloudError):
    """Too many failures from this address for this account."""

    status = 429
    code = "CW-A1004"
    zh = "失败次数过多，暂时锁定"
    en = "too many failures: locked for now"
    remedy_zh = "请在 {minutes} 分钟后再试"
    remedy_en = "try again in {minutes} minutes"

    @property
    def retry_after_s(self) -> int:
        """The lock's length."""
        return 60 * int(str(self.facts["minutes"]))


class TooManyRequests(CloudError):
    """More requests than a session or an address may make."""

    status = 429
    code = "CW-A1015"
    zh = "请求过于频繁"
    en = "too many requests"
    remedy_zh = "请在 {seconds} 秒后再试；程序批量调用时请放慢"
    remedy_en = "try again in {seconds} s; a program should go slower"

    @property
    def retry_after_s(self) -> int:
        """When one more is taken."""
        return int(str(self.facts["seconds"]))


class ForeignOrigin(CloudError):
    """A write asked for by a page of another origin."""

    status = 403
    code = "CW-A1005"
    zh = "请求来自其他网站，已拒绝"
    en = "the request came from another site and was refused"
    remedy_zh = "从本系统的页面操作；经代理访问时，应设置 behind_proxy = true"
    remedy_en = "use the pages of this system; where a proxy stands before it, set behind_proxy = true"


class NotFound(CloudError):
    """It does not exist, or lies outside the actor's scope: the answer is the same."""

    status = 404
    code = "CW-A1006"
    zh = "没有找到"
    en = "not found"
    remedy_zh = "返回上一页，从列表重新进入"
    remedy_en = "go back and open it from the list"


class Conflict(CloudError):
    """It contradicts what is already there."""

    status = 409
    code = "CW-A1007"
    zh = "与已有数据冲突：{what}"
    en = "it contradicts what is there: {what}"
    remedy_zh = "刷新后再试"
    remedy_en = "reload and try again"


class BadRequest(CloudError):
    """A field of the request cannot be understood."""

    status = 422
    code = "CW-A1008"
    zh = "请求有误：{what}"
    en = "the request is wrong: {what}"
    remedy_zh = "按提示修改后再试"
    remedy_en = "correct it and try again"


class NotAllowed(CloudError):
    """The path exists, but not for this method."""

    status = 405
    code = "CW-A1009"
    zh = "不支持的请求方法"
    en = "the method is not supported here"
    remedy_zh = "使用系统页面操作"
    remedy_en = "use the pages of this system"


class Failed(CloudError):
    """Something unexpected; the log holds the rest under the incident's number."""

    status = 500
    code = "CW-A1500"
    zh = "系统出错，事件编号 {incident}"
    en = "the system failed; incident {incident}"
    remedy_zh = "请稍后再试；仍出错时把事件编号交给管理员"
    remedy_en = "try again later; if it fails again, give the incident number to the administrator"


class BodyTooLarge(CloudError):
    """A request's body is longer than any form of ours, or does not say how long it is."""

    status = 413
    code = "CW-A1010"
    zh = "请求正文超过 {limit} 字节，或未注明长度"
    en = "the request's body has more than {limit} bytes, or does not say how long it is"
    remedy_zh = "使用系统页面操作"
    remedy_en = "use the pages of this system"


class RuleViolation(CloudError):
    """Understood, but against a rule."""

    status = 422


class WeakPassword(RuleViolation):
    """The password does not meet the policy."""

    code = "CW-A1011"
    zh = "账号 {username} 的密码不符合要求：{why_zh}"
    en = "the password of {username} does not meet the policy: {why}"
    remedy_zh = "换一个密码"
    remedy_en = "choose another password"


class SetupIncomplete(RuleViolation):
    """The set-up must name each of the four roles once."""

    code = "CW-A1012"
    zh = "需要系统、安全、审计三名管理员和一名能源管理员，各一个账号"
    en = "one account each is needed: system, security and audit administrator, energy manager"
    remedy_zh = "补齐四个账号"
    remedy_en = "give all four accounts"


class DataBusy(CloudError):
    """Another server works on this data folder."""

    code = "CW-A1013"
    zh = "另一个云端进程正在使用该数据目录"
    en = "another server is using this data folder"
    remedy_zh = "请先停止该进程，或另设 data_dir"
    remedy_en = "stop that server first, or set another data_dir"


class PortTaken(CloudError):
    """The pages' port cannot be listened on."""

    code = "CW-A1014"
    zh = "无法监听端口 {port}：{detail}"
    en = "port {port} cannot be listened on: {detail}"
    remedy_zh = "换一个 --port，或停止占用该端口的程序"
    remedy_en = "choose another --port, or stop the program that holds it"


class DatabaseAway(CloudError):
    """The database of the settings cannot be opened."""

    status = 503
    exit_code = 4
    code = "CW-K1001"
    zh = "无法连接数据库：{detail}"
    en = "the database cannot be reached: {detail}"
    remedy_zh = "检查 database_url、数据库服务、账号与口令文件（~/.pgpass）；SQLite 检查文件与磁盘空间"
    remedy_en = (
        "check database_url, the database's service, the role and its password file (~/.pgpass); "
        "of SQLite the file and the room on its disk"
    )


class NotTheOwner(CloudError):
    """The schema is behind, and the role of the settings may not change it."""

    exit_code = 3
    code = "CW-K1002"
    zh = "数据库结构需要升级，而当前数据库账号无权更改结构"
    en = "the schema is behind, and this role may not change it"
    remedy_zh = "以数据库属主的账号运行 civicwatt cloud migrate"
    remedy_en = "run civicwatt cloud migrate as the role that owns the database"


class RootInForeignData(CloudError):
    """Files that root makes in the data folder of another account stop that account's server."""

    exit_code = 3
    code = "CW-K1003"
    zh = "数据目录属于账号 {owner}，不能以 root 运行"
    en = "the data folder belongs to {owner}: not as root"
    remedy_zh = "以该账号运行：sudo -u {owner} civicwatt …"
    remedy_en = "run it as that account: sudo -u {owner} civicwatt …"


class SchemaNewer(CloudError):
    """A newer version has migrated the database."""

    code = "CW-O1001"
    zh = "数据库结构（{current}）来自更新的版本，本版本只到 {head}"
    en = "the database's schema ({current}) is of a newer version; this one knows up to {head}"
    remedy_zh = "请安装更新的版本，或恢复升级前的备份"
    remedy_en = "install the newer version, or restore the backup from before the upgrade"


class NoRule(CloudError):
    """No rule row is valid on the day asked for."""

    status = 422
    code = "CW-R1001"
    zh = "{rule} 在 {as_of} 没有有效的规则行"
    en = "no row of {rule} is valid on {as_of}"
    remedy_zh = "导入该日期有效的规则行"
    remedy_en = "import a row that is valid on that day"
