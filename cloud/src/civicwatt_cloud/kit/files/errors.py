"""Why a file is not taken.

RuleViolation
├── UnknownFileType CW-K1401
├── NotWhatItSays   CW-K1402
├── FileTooLarge    CW-K1403
├── DangerousFile   CW-K1404
├── FileInfected    CW-K1405
└── BadRegion       CW-K1406
"""

from civicwatt_cloud.kit.errors import RuleViolation


class UnknownFileType(RuleViolation):
    """The name's ending is not one of those that are taken."""

    code = "CW-K1401"
    zh = "不接受“{ending}”类型的文件"
    en = "files of the type '{ending}' are not taken"
    remedy_zh = "另存为下列类型之一：{known}"
    remedy_en = "save it as one of: {known}"


class NotWhatItSays(RuleViolation):
    """The content is not what the name's ending says, or is damaged."""

    code = "CW-K1402"
    zh = "文件内容与类型“{ending}”不符，或已损坏"
    en = "the content is not of the type '{ending}', or is damaged"
    remedy_zh = "用原来的程序打开，重新保存后再上传"
    remedy_en = "open it in the program it comes from, save it again and upload that"


class FileTooLarge(RuleViolation):
    """More than is taken: bytes, or points of a picture."""

    code = "CW-K1403"
    zh = "文件过大：{size_zh}，最多 {most_zh}"
    en = "the file is too large: {size}, at most {most}"
    remedy_zh = "压缩或拆分后再上传"
    remedy_en = "make it smaller or split it"


class DangerousFile(RuleViolation):
    """The content could do harm where it is opened."""

    code = "CW-K1404"
    zh = "文件存在安全风险：{what_zh}"
    en = "the file is a risk: {what}"
    remedy_zh = "去掉该内容，另存后再上传"
    remedy_en = "take that out, save it again and upload that"


class FileInfected(RuleViolation):
    """The scanner of the settings has refused the file."""

    code = "CW-K1405"
    zh = "病毒扫描未通过"
    en = "the scanner refused the file"
    remedy_zh = "在本机查杀后再上传；仍有疑问请联系系统管理员"
    remedy_en = "clean it on your machine and upload it again; else ask the administrator"


class BadRegion(RuleViolation):
    """The corners make no area of the picture."""

    code = "CW-K1406"
    zh = "第 {number} 个区域不是有效的多边形：{what_zh}"
    en = "region {number} is no polygon: {what}"
    remedy_zh = "重新勾画该区域"
    remedy_en = "draw it again"
