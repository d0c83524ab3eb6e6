"""Names of Modbus functions and exceptions. Source: Modbus application protocol V1.1b3, clauses 6 and 7."""

FUNCTIONS = {
    1: ("读线圈", "read coils"),
    2: ("读离散输入", "read discrete inputs"),
    3: ("读保持寄存器", "read holding registers"),
    4: ("读输入寄存器", "read input registers"),
    5: ("写单个线圈", "write single coil"),
    6: ("写单个寄存器", "write single register"),
    7: ("读异常状态", "read exception status"),
    8: ("诊断", "diagnostics"),
    11: ("读通信事件计数", "get comm event counter"),
    12: ("读通信事件记录", "get comm event log"),
    15: ("写多个线圈", "write multiple coils"),
    16: ("写多个寄存器", "write multiple registers"),
    17: ("报告从站标识", "report server id"),
    20: ("读文件记录", "read file record"),
    21: ("写文件记录", "write file record"),
    22: ("屏蔽写寄存器", "mask write register"),
    23: ("读写多个寄存器", "read/write multiple registers"),
    24: ("读先进先出队列", "read FIFO queue"),
    43: ("封装接口传输（设备标识）", "encapsulated interface transport (device identification)"),
}
EXCEPTIONS = {
    1: ("非法功能码", "illegal function"),
    2: ("非法数据地址", "illegal data address"),
    3: ("非法数据值", "illegal data value"),
    4: ("从站设备故障", "server device failure"),
    5: ("已接收，处理中", "acknowledge"),
    6: ("从站忙", "server device busy"),
    8: ("存储奇偶校验错误", "memory parity error"),
    10: ("网关路径不可用", "gateway path unavailable"),
    11: ("网关目标设备无响应", "gateway target device failed to respond"),
}
