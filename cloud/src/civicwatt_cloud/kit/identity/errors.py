"""What identity refuses.

CloudError
├── Conflict             409
│   ├── RolesExclude          CW-K1301
│   ├── LastAdministrator     CW-K1302
│   ├── OwnAccount            CW-K1303
│   ├── UsernameTaken         CW-K1304
│   ├── GrantedAlready        CW-K1305
│   └── PersonsAccount        CW-K1322
├── ProviderAway         502  CW-K1333
├── NotPermitted         403
│   ├── AnothersTask          CW-K1306
│   ├── PasswordExpired       CW-K1309
│   └── SecondFactorDue       CW-K1310
├── RuleViolation        422
│   ├── NodeNeeded            CW-K1307
│   ├── EndDateNeeded         CW-K1308
│   └── NotLent               CW-K1323
└── NotSignedIn          401
    ├── SecondFactorNeeded    CW-K1311
    ├── SecondFactorWrong     CW-K1312
    ├── NonceUsed             CW-K1313
    ├── NonceExpired          CW-K1314
    ├── CertificateRevoked    CW-K1315
    ├── CertificateUntrusted  CW-K1316
    ├── CertificateUnbound    CW-K1317
    ├── SignatureWrong        CW-K1318
    ├── SignOnRefused         CW-K1331
    └── IdentityUnbound       CW-K1332
"""

from civicwatt_cloud.kit.errors import CloudError, Conflict, NotPermitted, NotSignedIn, RuleViolation


class RolesExclude(Conflict):
    """An administrator's role excludes every other: nobody grants to, or audits, himself."""

    code = "CW-K1301"
    zh = "三员角色不能与其他角色由同一账号兼任：该账号已有{held_zh}"
    en = "an administrator's role excludes every other: the account is {held} already"
    remedy_zh = "换一个账号授权，或先结束已有授权"
    remedy_en = "grant it to another account, or end the other grant first"


class LastAdministrator(Conflict):
    """Without one of the three nobody could administer any more."""

    code = "CW-K1302"
    zh = "这是最后一个可用的{role_zh}账号"
    en = "this is the last account that is a {role}"
    remedy_zh = "先授权另一账号担任"
    remedy_en = "grant the role to another account first"


class OwnAccount(Conflict):
    """Nobody disables, or grants to, himself."""

    code = "CW-K1303"
    zh = "不能对自己的账号进行此操作"
    en = "this cannot be done to one's own account"
    remedy_zh = "请另一名管理员操作"
    remedy_en = "ask another administrator"


class UsernameTaken(Conflict):
    """Another account has the name."""

    code = "CW-K1304"
    zh = "账号名 {username} 已被使用"
    en = "the name {username} is taken"
    remedy_zh = "换一个账号名"
    remedy_en = "choose another name"


class GrantedAlready(Conflict):
    """The account holds the role on this node on some of these days."""

    code = "CW-K1305"
    zh = "该账号在这些日期已有此授权"
    en = "the account has this grant on some of these days already"
    remedy_zh = "改日期，或先结束原授权"
    remedy_en = "choose other days, or end the former grant first"


class AnothersTask(NotPermitted):
    """Whoever makes accounts must not be able to use what others granted to them."""

    code = "CW-K1306"
    zh = "已授权的账号，其登录凭据由安全管理员发放；安全管理员的由服务器命令发放"
    en = "the security administrator invites who has been granted something; a command invites him"
    remedy_zh = "请安全管理员操作，或在服务器上运行 civicwatt cloud account-code"
    remedy_en = "ask the security administrator, or run civicwatt cloud account-code on the server"


class NodeNeeded(RuleViolation):
    """A role of the business is granted on one region or institution, an administrator's on none."""

    code = "CW-K1307"
    zh = "业务角色须指定一个区划或单位；三员角色不指定"
    en = "a role of the business needs one region or institution; an administrator's has none"
    remedy_zh = "改正授权范围"
    remedy_en = "correct where it is granted"


class EndDateNeeded(RuleViolation):
    """Discipline and audit read for a time only; and a grant ends after it begins."""

    code = "CW-K1308"
    zh = "{role_zh}的授权须有晚于开始日期的结束日期"
    en = "a grant of {role} must end, and after it begins"
    remedy_zh = "填写结束日期（不含当日）"
    remedy_en = "give the day on which it no longer holds"


class PasswordExpired(NotPermitted):
    """The policy wants a new password now and then."""

    code = "CW-K1309"
    zh = "密码已超过 {days} 天未更换"
    en = "the password is older than {days} days"
    remedy_zh = "更换密码后继续"
    remedy_en = "change the password to go on"


class SecondFactorDue(NotPermitted):
    """Administrators need a second factor here."""

    code = "CW-K1310"
    zh = "管理员须先启用动态口令"
    en = "an administrator must set up one-time passwords first"
    remedy_zh = "用手机验证器扫码并确认后继续"
    remedy_en = "scan the code with an authenticator, confirm, and go on"


class SecondFactorNeeded(NotSignedIn):
    """The password is right; the second factor is missing."""

    code = "CW-K1311"
    zh = "还需要动态口令"
    en = "the one-time password is needed too"
    remedy_zh = "输入手机验证器上的 6 位数字"
    remedy_en = "enter the six digits of the authenticator"


class SecondFactorWrong(NotSignedIn):
    """Wrong, of another time, or used before."""

    code = "CW-K1312"
    zh = "动态口令不正确，或已用过"
    en = "the one-time password is wrong, or was used before"
    remedy_zh = "等待下一组数字后再试；仍不正确时核对手机时间"
    remedy_en = "wait for the next digits and try again; if they are wrong too, check the phone's clock"


class NonceUsed(NotSignedIn):
    """`nonce_used`: a nonce works once."""

    code = "CW-K1313"
    zh = "登录随机数已被使用"
    en = "the nonce was used before"
    remedy_zh = "重新登录，获取新的随机数"
    remedy_en = "sign in again with a new nonce"


class NonceExpired(NotSignedIn):
    """`nonce_expired`: it is not known any more, or was signed too long ago."""

    code = "CW-K1314"
    zh = "登录随机数已超过 120 秒"
    en = "the nonce is older than 120 seconds"
    remedy_zh = "重新登录；仍不成功时核对本机时间"
    remedy_en = "sign in again; if it fails too, check this machine's clock"


class CertificateRevoked(NotSignedIn):
    """`revoked`: it stands on its issuer's list."""

    code = "CW-K1315"
    zh = "证书已被吊销"
    en = "the certificate is revoked"
    remedy_zh = "向证书颁发机构申领新证书"
    remedy_en = "ask the issuer for a new certificate"


class CertificateUntrusted(NotSignedIn):
    """`untrusted`: no trusted root, not in force, not for clients, or no current list of its issuer."""

    code = "CW-K1316"
    zh = "证书不受信任：颁发机构、有效期或用途不符，或吊销列表已过期"
    en = "the certificate is not trusted: its issuer, term or use, or the issuer's list is out of date"
    remedy_zh = "改用受信任机构颁发的客户端证书；请管理员核对 login_ca 与 login_crl"
    remedy_en = "use a client certificate of a trusted issuer; ask for login_ca and login_crl to be checked"


class CertificateUnbound(NotSignedIn):
    """It is genuine, and nobody's here."""

    code = "CW-K1317"
    zh = "证书未绑定可用账号"
    en = "no account is bound to the certificate"
    remedy_zh = "请管理员绑定证书"
    remedy_en = "ask an administrator to bind it"


class SignatureWrong(NotSignedIn):
    """The holder of its key did not sign this."""

    code = "CW-K1318"
    zh = "签名与证书不符"
    en = "the signature does not match the certificate"
    remedy_zh = "重新登录；仍不成功时检查 UKey 驱动"
    remedy_en = "sign in again; if it fails too, check the key's driver"


class PersonsAccount(Conflict):
    """A token opens an account of a machine, which has no password."""

    code = "CW-K1322"
    zh = "该账号由人员使用密码登录，不能签发服务令牌"
    en = "a person signs in to this account by password: it gets no token"
    remedy_zh = "为外部系统另建账号，不接受其邀请码"
    remedy_en = "make an account for the machine, and leave its invitation unused"


class NotLent(RuleViolation):
    """One's own grant of the business, while one holds it, for some days ahead."""

    code = "CW-K1323"
    zh = "只能委托本人的业务角色（三员、纪检、审计及受托的除外），自今日起，至多 {days} 天且在授权期内"
    en = (
        "only one's own role of the business can be lent (no administrator's, temporary or lent one), from "
        "today at the earliest, for {days} days at most and while it is held"
    )
    remedy_zh = "改正角色或日期"
    remedy_en = "correct the role or the days"


class SignOnRefused(NotSignedIn):
    """The browser did not leave from here, came too late, or the provider's word does not hold."""

    code = "CW-K1331"
    zh = "单点登录未完成"
    en = "the single sign-on was not completed"
    remedy_zh = "从登录页重新进入"
    remedy_en = "begin again from the sign-in page"


class IdentityUnbound(NotSignedIn):
    """The provider knows the person; no account here has the name."""

    code = "CW-K1332"
    zh = "认证中心给出的 {claim} 没有对应的可用账号"
    en = "no account has the {claim} that the provider gives"
    remedy_zh = "请管理员建立同名账号"
    remedy_en = "ask for an account of that name"


class ProviderAway(CloudError):
    """The provider does not answer as one."""

    status = 502
    code = "CW-K1333"
    zh = "认证中心没有正常应答：{detail}"
    en = "the provider of single sign-on does not answer as one: {detail}"
    remedy_zh = "稍后再试，或用账号密码登录；请管理员核对 oidc_issuer"
    remedy_en = "try again later, or sign in by password; ask for oidc_issuer to be checked"
