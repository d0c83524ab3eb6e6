"""What the command itself can report.

CivicWattError
└── CommandError
    ├── PartDidNotStart   CW-X4001
    ├── RegistryRefused   CW-X4002
    └── UnknownDrill      CW-X4003
"""

from civicwatt_protocols.errors import CivicWattError


class CommandError(CivicWattError):
    """The command could not do what it was asked for."""


class PartDidNotStart(CommandError):
    """A part of the demo ended, or was not ready in time."""

    code = "CW-X4001"
    zh = "部件没有启动，日志：{log}"
    en = "the part did not start; its log: {log}"
    remedy_zh = "查看日志末尾；端口被占用时换一个端口再试"
    remedy_en = "read the end of the log; if a port is taken, try another one"


class RegistryRefused(CommandError):
    """The demo's own directory or meter list was not taken as it is."""

    code = "CW-X4002"
    zh = "演示名录未能全部导入：{problems}"
    en = "the demo's registry was not imported whole: {problems}"
    remedy_zh = "删除演示数据目录后重新启动"
    remedy_en = "delete the demo's data folder and start again"


class UnknownDrill(CommandError):
    """A drill was asked for that there is not."""

    code = "CW-X4003"
    zh = "没有演练 {unknown}"
    en = "there is no drill {unknown}"
    remedy_zh = "可选：{known}"
    remedy_en = "choose from {known}"
    exit_code = 2
