"""Why a gateway is not let in.

CloudError
└── GatewayRefused               (carries a status)
    ├── CodeUnknown         401  CW-G4001
    ├── CodeUsed            401  CW-G4002
    ├── CodeExpired         401  CW-G4003
    ├── RequestRefused      422  CW-G4004
    ├── BadSignature        401  CW-G4005
    ├── DateOff             401  CW-G4006
    ├── CertificateRevoked  401  CW-G4007
    ├── DivisionMissing     422  CW-G4008
    └── GatewayUnknown      404  CW-G4009
"""

from civicwatt_cloud.kit.errors import CloudError


class GatewayRefused(CloudError):
    """A gateway is not let in."""

    status = 401


class CodeUnknown(GatewayRefused):
    """No such code was ever issued."""

    code = "CW-G4001"
    zh = "注册码不正确"
    en = "the enrolment code is wrong"
    remedy_zh = "核对后再输一次；字母与数字不会混淆，没有 I、L、O、U"
    remedy_en = "check it and enter it again; it holds no I, L, O or U"


class CodeUsed(GatewayRefused):
    """The code has let a gateway in already."""

    code = "CW-G4002"
    zh = "注册码已使用过"
    en = "the enrolment code has been used"
    remedy_zh = "请能源管理员为该网关重新生成注册码"
    remedy_en = "have the energy manager make a new code for this gateway"


class CodeExpired(GatewayRefused):
    """The code is older than a day."""

    code = "CW-G4003"
    zh = "注册码已过期"
    en = "the enrolment code has expired"
    remedy_zh = "注册码 24 小时内有效；请能源管理员重新生成"
    remedy_en = "a code is valid for 24 hours; have the energy manager make a new one"


class RequestRefused(GatewayRefused):
    """The certificate request does not fit."""

    status = 422
    code = "CW-G4004"
    zh = "证书请求不能受理：{detail_zh}"
    en = "the certificate request cannot be accepted: {detail}"
    remedy_zh = "请用 civicwatt edge enroll 生成请求，并核对网关编号"
    remedy_en = "make the request with civicwatt edge enroll and check the gateway's id"


class BadSignature(GatewayRefused):
    """The request is not signed by a key that this gateway has a valid certificate for."""

    code = "CW-G4005"
    zh = "请求签名无效"
    en = "the request's signature is not valid"
    remedy_zh = "网关证书可能已过期或被替换；请重新注册该网关"
    remedy_en = "the gateway's certificate may have expired or been replaced; enrol the gateway again"


class DateOff(GatewayRefused):
    """The request was signed too long ago, or the gateway's clock is wrong."""

    code = "CW-G4006"
    zh = "请求时间与云端相差 {seconds} 秒"
    en = "the request's time differs by {seconds} s from the cloud's"
    remedy_zh = "请给网关校时"
    remedy_en = "set the gateway's clock"


class CertificateRevoked(GatewayRefused):
    """The key is right, but its certificate was revoked."""

    code = "CW-G4007"
    zh = "网关证书已被吊销"
    en = "the gateway's certificate has been revoked"
    remedy_zh = "如该网关仍应接入，请能源管理员重新生成注册码"
    remedy_en = "if the gateway should still be let in, have the energy manager make a new code"


class DivisionMissing(GatewayRefused):
    """A gateway reports under one division; here is none to give it. `where` is the data folder."""

    status = 422
    exit_code = 3
    code = "CW-G4008"
    zh = "没有可给网关 {gateway} 的行政区划"
    en = "there is no division for gateway {gateway} to report under"
    remedy_zh = "请给出 --division，或先用 directory import 导入名录；数据目录不对时给出 --config"
    remedy_en = (
        "give --division, or import the directory first (directory import); "
        "if this is the wrong data folder, give --config"
    )


class GatewayUnknown(GatewayRefused):
    """A command names a gateway that never got a code and never spoke. `where` is the data folder."""

    status = 404
    code = "CW-G4009"
    zh = "没有编号为 {gateway} 的网关"
    en = "there is no gateway {gateway}"
    remedy_zh = "请核对网关编号；数据目录不对时给出 --config"
    remedy_en = "check the gateway's id; if this is the wrong data folder, give --config"
