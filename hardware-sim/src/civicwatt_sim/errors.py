"""What can stop the simulator.

CivicWattError
└── SimError            CW-S1000
    ├── PortTaken       CW-S1001
    ├── BadScenario     CW-S1002  also a ConfigError
    └── BadLedger       CW-S1003
"""

from civicwatt_protocols.errors import CivicWattError, ConfigError


class SimError(CivicWattError):
    """Base of the simulator's errors."""

    code = "CW-S1000"


class PortTaken(SimError):
    """A bus could not listen on its TCP port. Facts: host, port."""

    code = "CW-S1001"
    zh = "模拟总线无法监听 {host}:{port}"
    en = "the simulated bus cannot listen on {host}:{port}"
    remedy_zh = "换一个 --port，或停止占用该端口的程序"
    remedy_en = "choose another --port, or stop the program that holds it"


class BadScenario(SimError, ConfigError):
    """A scenario file (the simulated city) cannot be used. Facts: problem."""

    code = "CW-S1002"
    zh = "场景文件无法使用：{problem}"
    en = "the scenario file cannot be used: {problem}"
    remedy_zh = "用 civicwatt sim city 重新生成场景文件"
    remedy_en = "write the scenario again with: civicwatt sim city"


class BadLedger(SimError):
    """A line of a truth ledger is not an answer. Facts: problem."""

    code = "CW-S1003"
    zh = "真值台账的一行无法读取：{problem}"
    en = "a line of the truth ledger cannot be read: {problem}"
    remedy_zh = "真值台账只由模拟器写入；请删去该文件后重跑"
    remedy_en = "only the simulator writes a ledger; remove the file and run again"
