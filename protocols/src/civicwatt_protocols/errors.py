"""Errors of the protocols package and the root of every error in CivicWatt.

    CivicWattError                  CW-0000
    ├── ConfigError                 CW-C1000  a file that a person wrote is wrong
    │   ├── BadToml                 CW-C1001
    │   ├── UnknownKey              CW-C1002
    │   ├── BadValue                CW-C1003
    │   └── FileUnusable            CW-C1004
    └── ProtocolError               CW-P1000  bytes, addresses or names that break a protocol's rule
        ├── TemplateError           CW-P1100
        │   ├── RegisterOverlap     CW-P1101
        │   ├── DuplicateMeasure    CW-P1102
        │   ├── UnknownMeasure      CW-P1103
        │   ├── WrongUnit           CW-P1104
        │   ├── BadRegister         CW-P1105
        │   ├── BadGolden           CW-P1106
        │   └── UnknownTemplate     CW-P1107
        ├── FrameError              CW-P1200
        │   └── TerminalFrameError  CW-P1210  JT/T 808
        ├── DeviceRefused           CW-P1201
        ├── OutOfRange              CW-P1202
        ├── NotSparkplug            CW-P1300
        ├── NotOurMessage           CW-P1301
        ├── UnknownTopic            CW-P1302
        ├── UnknownCatalogue        CW-P1303
        ├── MeterError              CW-P1400  DL/T 645-2007 and CJ/T 188
        │   ├── NoFrame             CW-P1401
        │   ├── BadChecksum         CW-P1402
        │   ├── BadData             CW-P1403
        │   ├── UnknownIdentifier   CW-P1404
        │   ├── MeterRefused        CW-P1405
        │   ├── WrongAnswer         CW-P1406
        │   ├── UnknownUnit         CW-P1407
        │   ├── BadAddress          CW-P1408
        │   └── UnknownDialect      CW-P1409
        └── NotHex                  CW-P1500

Other distributions hang their own branches under CivicWattError; codes are stable and never reused.
"""

from typing import Any, ClassVar, Literal

Language = Literal["zh", "en"]


class CivicWattError(Exception):
    """Base of all expected errors: a stable code, a message and a remedy in Chinese and English.

    Subclasses set the class attributes; messages and remedies are str.format templates over the facts.
    `where` names the place (file:line, topic, device) when there is one.
    """

    code: ClassVar[str] = "CW-0000"
    exit_code: ClassVar[int] = 1  # of the command that it ends
    zh: ClassVar[str] = "未归类的错误"
    en: ClassVar[str] = "unclassified error"
    remedy_zh: ClassVar[str] = "请把本条信息交给维护人员"
    remedy_en: ClassVar[str] = "hand this message to the maintainers"

    def __init__(self, where: str = "", **facts: object) -> None:
        super().__init__(where)
        self.where = where
        self.facts = facts

    def text(self, language: Language) -> str:
        """Message and remedy in one language, without code and place."""
        if language == "zh":
            return f"{self.message('zh')}。{self.remedy('zh')}"
        return f"{self.message('en')}. {self.remedy('en')}"

    def message(self, language: Language) -> str:
        """What is wrong."""
        return (self.zh if language == "zh" else self.en).format(**self.facts)

    def remedy(self, language: Language) -> str:
        """What to do about it."""
        return (self.remedy_zh if language == "zh" else self.remedy_en).format(**self.facts)

    def as_dict(self) -> dict[str, Any]:
        """For JSON: code, where, message, message_en, remedy, remedy_en."""
        return {
            "code": self.code,
            "where": self.where,
            "message": self.message("zh"),
            "message_en": self.message("en"),
            "remedy": self.remedy("zh"),
            "remedy_en": self.remedy("en"),
        }

    def __str__(self) -> str:
        head = f"{self.code} {self.where}" if self.where else self.code
        return f"{head}: {self.text('zh')}"


class ConfigError(CivicWattError):
    """A file that a person wrote is wrong."""

    code = "CW-C1000"
    exit_code = 3
    zh = "配置有误"
    en = "the configuration is wrong"
    remedy_zh = "请按提示位置改正"
    remedy_en = "correct it at the place named"


class BadToml(ConfigError):
    """The text is no TOML. Facts: detail."""

    code = "CW-C1001"
    zh = "不是有效的 TOML：{detail}"
    en = "not valid TOML: {detail}"
    remedy_zh = "请检查该行的引号、括号和等号"
    remedy_en = "check quotes, brackets and equal signs on that line"


class UnknownKey(ConfigError):
    """A key that nobody reads, most often a misspelling. Facts: key."""

    code = "CW-C1002"
    zh = "未知的键 {key}"
    en = "unknown key {key}"
    remedy_zh = "请检查拼写，或删去该键"
    remedy_en = "check the spelling or remove the key"


class BadValue(ConfigError):
    """A missing key, or a value of the wrong type or range. Facts: key, detail."""

    code = "CW-C1003"
    zh = "{key} 的值无效：{detail}"
    en = "invalid value of {key}: {detail}"
    remedy_zh = "请改为所要求的类型和范围"
    remedy_en = "give a value of the type and range asked for"


class FileUnusable(ConfigError):
    """A file or folder that a command was given cannot be read or written. Facts: detail."""

    code = "CW-C1004"
    zh = "文件或目录无法使用：{detail}"
    en = "the file or folder cannot be used: {detail}"
    remedy_zh = "检查路径是否存在、是否有读写权限、磁盘是否已满"
    remedy_en = (
        "check that the path exists, that reading and writing it is permitted, and that the disk has room"
    )


class ProtocolError(CivicWattError):
    """Bytes, addresses or names that break a protocol's rule."""

    code = "CW-P1000"
    zh = "不符合协议"
    en = "the protocol is violated"
    remedy_zh = "请核对设备型号与接线，并保留该报文"
    remedy_en = "check the device model and wiring, and keep the message"


class TemplateError(ProtocolError):
    """A device template contradicts itself or our vocabulary."""

    code = "CW-P1100"
    zh = "设备模板有误"
    en = "the device template is wrong"
    remedy_zh = "请对照厂家的寄存器表改正模板"
    remedy_en = "correct the template against the maker's register table"


class RegisterOverlap(TemplateError):
    """Two registers share an address. Facts: measure, other, address."""

    code = "CW-P1101"
    zh = "{measure} 与 {other} 的寄存器在地址 {address} 重叠"
    en = "the registers of {measure} and {other} overlap at address {address}"
    remedy_zh = "请核对地址和类型（32 位占 2 个寄存器，64 位占 4 个）"
    remedy_en = "check address and type (32 bits take 2 registers, 64 bits take 4)"


class DuplicateMeasure(TemplateError):
    """A measure is read from two registers. Facts: measure."""

    code = "CW-P1102"
    zh = "测量量 {measure} 出现了两次"
    en = "the measure {measure} appears twice"
    remedy_zh = "每个测量量只保留一个寄存器"
    remedy_en = "keep one register a measure"


class UnknownMeasure(TemplateError):
    """A measure outside the closed list. Facts: measure."""

    code = "CW-P1103"
    zh = "未知的测量量 {measure}"
    en = "unknown measure {measure}"
    remedy_zh = "请使用测量量清单（civicwatt_protocols/measures.py）中的名称"
    remedy_en = "use a name from the list of measures (civicwatt_protocols/measures.py)"


class WrongUnit(TemplateError):
    """A register's unit is not its measure's unit. Facts: measure, unit, expected."""

    code = "CW-P1104"
    zh = "{measure} 的单位应为“{expected}”，模板写的是“{unit}”"
    en = 'the unit of {measure} is "{expected}", the template says "{unit}"'
    remedy_zh = '请写测量量的单位，并用 scale 换算（如 kW 换成 W 用 scale = "1000"）'
    remedy_en = 'write the measure\'s unit and convert with scale (kW to W: scale = "1000")'


class BadRegister(TemplateError):
    """A register that cannot exist as written. Facts: measure, detail, detail_zh."""

    code = "CW-P1105"
    zh = "{measure} 的寄存器不成立：{detail_zh}"
    en = "the register of {measure} cannot be: {detail}"


class BadGolden(TemplateError):
    """A golden frame is malformed or decodes to other values. Facts: detail, detail_zh."""

    code = "CW-P1106"
    zh = "标准报文不符：{detail_zh}"
    en = "the golden frame does not hold: {detail}"


class UnknownTemplate(TemplateError):
    """No template of that name is installed. Facts: name, known."""

    code = "CW-P1107"
    zh = "没有名为 {name} 的设备模板"
    en = "there is no device template named {name}"
    remedy_zh = "可用的模板：{known}"
    remedy_en = "templates there are: {known}"


class FrameError(ProtocolError):
    """A Modbus frame that does not answer the request. Facts: detail, detail_zh."""

    code = "CW-P1200"
    zh = "报文错误：{detail_zh}"
    en = "bad frame: {detail}"
    remedy_zh = "断开后重连；反复出现时检查总线上是否有重复的站号或网关串扰"
    remedy_en = "reconnect; if it comes back, look for a doubled unit id or a confused serial gateway"


class TerminalFrameError(FrameError):
    """A JT/T 808 message that cannot be. Facts: detail, detail_zh."""

    code = "CW-P1210"
    zh = "JT/T 808 报文错误：{detail_zh}"
    en = "bad JT/T 808 message: {detail}"
    remedy_zh = "核对终端的协议版本（2013 或 2019）；反复出现时保留该报文，交终端厂家查看"
    remedy_en = "check which version the terminal speaks; if it comes back, keep the message for its maker"


class DeviceRefused(ProtocolError):
    """The device answered with a Modbus exception. Facts: exception_code."""

    code = "CW-P1201"
    zh = "设备拒绝了请求（Modbus 异常码 {exception_code}）"
    en = "the device refused the request (Modbus exception {exception_code})"
    remedy_zh = "请核对型号与模板：地址、功能码、站号"
    remedy_en = "check the model against the template: address, function, unit id"

    def __init__(self, where: str = "", *, exception_code: int) -> None:
        super().__init__(where, exception_code=exception_code)
        self.exception_code = exception_code


class OutOfRange(ProtocolError):
    """A value that a register cannot hold. Facts: measure, value."""

    code = "CW-P1202"
    zh = "{measure} 的寄存器存不下 {value}"
    en = "the register of {measure} cannot hold {value}"
    remedy_zh = "请减小该值，或换用量程更大的型号"
    remedy_en = "lower the value or take a model with a wider register"


class NotSparkplug(ProtocolError):
    """Bytes that are no Sparkplug B payload. Facts: detail."""

    code = "CW-P1300"
    zh = "不是 Sparkplug B 报文（{detail}）"
    en = "not a Sparkplug B payload ({detail})"
    remedy_zh = "请检查是谁在该主题上发布"
    remedy_en = "find out who publishes on that topic"


class NotOurMessage(ProtocolError):
    """Valid Sparkplug B, but not what a CivicWatt gateway says. Facts: detail."""

    code = "CW-P1301"
    zh = "不是 CivicWatt 网关的报文（{detail}）"
    en = "not a message of a CivicWatt gateway ({detail})"
    remedy_zh = "请检查网关的软件版本，或该主题是否被第三方占用"
    remedy_en = "check the gateway's version, or whether a third party uses that topic"


class UnknownTopic(ProtocolError):
    """A topic outside spBv1.0/<division>/<kind>/<gateway>[/<device>]. Facts: topic."""

    code = "CW-P1302"
    zh = "不认识的主题 {topic}"
    en = "unknown topic {topic}"
    remedy_zh = "主题应为 spBv1.0/<区划代码>/<报文类型>/<网关>[/<设备>]"
    remedy_en = "a topic is spBv1.0/<division>/<kind>/<gateway>[/<device>]"


class UnknownCatalogue(ProtocolError):
    """Data that name another catalogue than the one at hand. Facts: expected, found."""

    code = "CW-P1303"
    zh = "数据引用的点表 {found} 与现有点表 {expected} 不同"
    en = "the data name catalogue {found}, at hand is {expected}"
    remedy_zh = "请等待网关重新发布点表（rebirth）"
    remedy_en = "wait for the gateway's rebirth"


class MeterError(ProtocolError):
    """Bytes on a DL/T 645-2007 or CJ/T 188 bus that mean nothing, or not what was asked."""

    code = "CW-P1400"
    zh = "不符合表计通信规约"
    en = "the meter protocol is violated"


class NoFrame(MeterError):
    """No whole frame in the bytes. Facts: protocol."""

    code = "CW-P1401"
    zh = "没有完整的 {protocol} 帧"
    en = "no whole {protocol} frame"
    remedy_zh = "请检查是否漏收字节，以及波特率、校验位和规约类型"
    remedy_en = "look for missing bytes; check baud rate, parity and which protocol the meter speaks"


class BadChecksum(MeterError):
    """The sum of a frame's bytes is not its checksum. Facts: expected, found."""

    code = "CW-P1402"
    zh = "校验和不符：应为 {expected}，收到 {found}"
    en = "checksum {found}, expected {expected}"
    remedy_zh = "请重读；反复出现时检查接线、终端电阻和奇偶校验设置"
    remedy_en = "read again; if it comes back, check wiring, termination and the parity setting"


class BadData(MeterError):
    """A data field that cannot be: wrong length, digits that are no BCD. Facts: detail, detail_zh."""

    code = "CW-P1403"
    zh = "数据域不成立：{detail_zh}"
    en = "the data field cannot be: {detail}"


class UnknownIdentifier(MeterError):
    """A data identifier without a row in our table. Facts: di."""

    code = "CW-P1404"
    zh = "标识表中没有数据标识 {di}"
    en = "the table has no data identifier {di}"
    remedy_zh = "请改读标准标识，或对照厂家说明在标识表中增加一行"
    remedy_en = "read a standard identifier, or add a row to the table from the maker's document"


class MeterRefused(MeterError):
    """The meter answered with an error. Facts: detail, detail_zh."""

    code = "CW-P1405"
    zh = "表计拒绝了请求：{detail_zh}"
    en = "the meter refused the request: {detail}"
    remedy_zh = "请核对表计是否支持该数据标识，以及所需的密码权限"
    remedy_en = "check whether the meter knows that identifier and whether it asks for a password"


class WrongAnswer(MeterError):
    """A good frame that does not answer the request. Facts: detail, detail_zh."""

    code = "CW-P1406"
    zh = "应答与请求不符：{detail_zh}"
    en = "the answer does not fit the request: {detail}"
    remedy_zh = "请断开后重读；反复出现时检查总线上是否有重复的表地址"
    remedy_en = "reconnect and read again; if it comes back, look for a doubled meter address"


class UnknownUnit(MeterError):
    """A unit code that the dialect does not know, or of another quantity. Facts: unit, measure."""

    code = "CW-P1407"
    zh = "{measure} 不能用单位代号 {unit}"
    en = "unit code {unit} is not one for {measure}"
    remedy_zh = "请对照厂家说明选用方言，或在方言表中增加该单位"
    remedy_en = "choose the maker's dialect, or add the unit to the table of dialects"


class BadAddress(MeterError):
    """A meter address that is no string of digits of the right length. Facts: address, digits."""

    code = "CW-P1408"
    zh = "表地址 {address} 不是 {digits} 位以内的数字"
    en = "meter address {address} is not a number of at most {digits} digits"
    remedy_zh = "请按表计铭牌填写；广播地址全部为 A"
    remedy_en = "write it as on the meter's plate; the broadcast address is all A"


class UnknownDialect(MeterError):
    """No CJ/T 188 dialect of that name. Facts: name, known."""

    code = "CW-P1409"
    zh = "没有名为 {name} 的 CJ/T 188 方言"
    en = "there is no CJ/T 188 dialect named {name}"
    remedy_zh = "可用的方言：{known}"
    remedy_en = "dialects there are: {known}"


class NotHex(ProtocolError):
    """Text that should be bytes in hexadecimal. Facts: detail, detail_zh."""

    code = "CW-P1500"
    exit_code = 2
    zh = "不是十六进制字节：{detail_zh}"
    en = "not bytes in hexadecimal: {detail}"
    remedy_zh = "每个字节写两位 0-9、A-F，可用空格或冒号分隔，可加 0x"
    remedy_en = "write two digits 0-9, A-F a byte; spaces, colons and 0x may stand between"
