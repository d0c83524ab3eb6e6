"""What operating the cloud can meet; what a doctor finds wrong is an error too.

CloudError
├── SchemaBehind            CW-O1002  (CW-O1001: kit/errors.py)
├── BackupError
│   ├── KeyUnusable         CW-O1011
│   ├── WrongKey            CW-O1012
│   ├── NotABackup          CW-O1013
│   ├── BackupDamaged       CW-O1014
│   ├── BackupTruncated     CW-O1015
│   ├── BackupExists        CW-O1016
│   ├── TargetNotEmpty      CW-O1017
│   ├── OtherDatabase       CW-O1018
│   ├── ServerSilent        CW-O1019
│   ├── ToolFailed          CW-O1020
│   └── OwnerNeeded         CW-O1021
└── Finding
    ├── BrokerUnreachable   CW-O1031
    ├── ServerNotRunning    CW-O1032
    ├── IngestAway          CW-O1033
    ├── BooksBehind         CW-O1034
    ├── BooksDoNotAddUp     CW-O1035
    ├── SpaceLow            CW-O1036
    ├── ClockWrong          CW-O1037
    ├── CertificateEnds     CW-O1038
    ├── NoTls               CW-O1039
    └── BackupMissing       CW-O1040
"""

from civicwatt_cloud.kit.errors import CloudError


class SchemaBehind(CloudError):
    """Migrations are waiting."""

    code = "CW-O1002"
    zh = "数据库结构为 {current}，最新为 {head}，还差 {pending} 步"
    en = "the schema is at {current}, the newest is {head}: {pending} steps behind"
    remedy_zh = "先备份，再运行 civicwatt cloud migrate"
    remedy_en = "back up, then run civicwatt cloud migrate"


class BackupError(CloudError):
    """A backup could not be written, read or restored."""


class KeyUnusable(BackupError):
    """No key was given, or it is none."""

    code = "CW-O1011"
    exit_code = 3
    zh = "备份密钥不可用：{detail_zh}"
    en = "the backup key is not usable: {detail}"
    remedy_zh = "用 --key-file 指定至少 32 字节、仅属主可读（0600）的文件，或在终端输入至少 12 个字符的口令"
    remedy_en = (
        "name a file of at least 32 bytes that only its owner may read (0600) with --key-file, "
        "or type a passphrase of at least 12 characters at a terminal"
    )


class WrongKey(BackupError):
    """The file is whole, but this key did not make it."""

    code = "CW-O1012"
    exit_code = 5
    zh = "密钥或口令不正确"
    en = "the key or passphrase is wrong"
    remedy_zh = "使用写此备份时的密钥；文件写于 {created}，密钥来自 {kind_zh}"
    remedy_en = "use the key that this backup was written with; written {created}, with a {kind}"


class NotABackup(BackupError):
    """The file does not begin like a backup."""

    code = "CW-O1013"
    zh = "不是 CivicWatt 备份文件：{detail_zh}"
    en = "this is no CivicWatt backup: {detail}"
    remedy_zh = "请指定 civicwatt cloud backup 写出的文件"
    remedy_en = "name a file that civicwatt cloud backup has written"


class BackupDamaged(BackupError):
    """Bytes of the file have changed."""

    code = "CW-O1014"
    zh = "备份文件已损坏，位置 {at}"
    en = "the backup is damaged at {at}"
    remedy_zh = "改用另一份备份；现有数据未被改动"
    remedy_en = "use another backup; nothing that is here was changed"


class BackupTruncated(BackupError):
    """The file ends before the backup does."""

    code = "CW-O1015"
    zh = "备份文件不完整，在 {at} 处中断"
    en = "the backup is cut short at {at}"
    remedy_zh = "重新复制该文件，或改用另一份备份；现有数据未被改动"
    remedy_en = "copy the file again, or use another backup; nothing that is here was changed"


class BackupExists(BackupError):
    """There is a file of that name."""

    code = "CW-O1016"
    exit_code = 2
    zh = "文件已存在，备份从不覆盖"
    en = "the file exists, and a backup overwrites nothing"
    remedy_zh = "换一个文件名，或指定文件夹，由备份自行命名"
    remedy_en = "choose another name, or name a folder and let the backup name itself"


class TargetNotEmpty(BackupError):
    """A restore would replace what is there."""

    code = "CW-O1017"
    zh = "恢复目标中已有数据：{what}"
    en = "there is data where the restore would go: {what}"
    remedy_zh = "确认要替换时加 --force；原数据文件会移到旁边的文件夹，外部数据库中的数据会被清除"
    remedy_en = (
        "add --force to replace it; data files are moved aside into a folder, "
        "what an external database holds is removed"
    )


class OtherDatabase(BackupError):
    """The backup is of another kind of database than the settings name."""

    code = "CW-O1018"
    exit_code = 3
    zh = "备份来自 {backup}，而配置的数据库是 {here}"
    en = "the backup is of {backup}, the settings name {here}"
    remedy_zh = "按备份的数据库类型设置 database_url 后再恢复"
    remedy_en = "set database_url to the backup's kind of database, then restore"


class ServerSilent(BackupError):
    """A server holds the data folder, but does not answer there."""

    code = "CW-O1019"
    exit_code = 4
    zh = "云端进程正在使用数据目录，但未应答：{detail}"
    en = "a server holds the data folder but does not answer: {detail}"
    remedy_zh = "查看云端日志；或停止云端后再备份"
    remedy_en = "look at the server's log, or stop it and back up then"


class ToolFailed(BackupError):
    """A program of the database is missing or failed."""

    code = "CW-O1020"
    zh = "{tool} 失败：{detail}"
    en = "{tool} failed: {detail}"
    remedy_zh = "安装与数据库同版本的 postgresql-client，并检查连接与权限"
    remedy_en = "install postgresql-client of the database's version; check connection and rights"


class OwnerNeeded(BackupError):
    """The role of the settings may not replace the tables."""

    code = "CW-O1021"
    exit_code = 3
    zh = "当前数据库账号无权替换数据表"
    en = "this role may not replace the database's tables"
    remedy_zh = "在 database_url 中使用数据库属主的账号，再恢复"
    remedy_en = "name the role that owns the database in database_url, then restore"


class Finding(CloudError):
    """Something that `civicwatt cloud doctor` found."""


class BrokerUnreachable(Finding):
    """The MQTT broker does not answer."""

    code = "CW-O1031"
    exit_code = 4
    zh = "消息服务器不可用：{detail}"
    en = "the broker is not usable: {detail}"
    remedy_zh = "检查 mosquitto 服务、mqtt_host、mqtt_port 和证书；其间读数留在网关"
    remedy_en = "check mosquitto, mqtt_host, mqtt_port, certificates; meanwhile readings stay at the gateways"


class ServerNotRunning(Finding):
    """No server works on this data folder."""

    code = "CW-O1032"
    zh = "云端未运行：没有进程使用数据目录，或网页端口 {port} 未应答"
    en = "the cloud does not run: nobody holds the data folder, or port {port} does not answer"
    remedy_zh = "运行 civicwatt cloud serve，或 systemctl start civicwatt-serve"
    remedy_en = "run civicwatt cloud serve, or systemctl start civicwatt-serve"


class IngestAway(Finding):
    """The server runs, but nobody listens to the broker."""

    code = "CW-O1033"
    zh = "云端未连接消息服务器，没有读数入库"
    en = "the cloud is not connected to the broker: nothing is taken in"
    remedy_zh = "查看日志中的 broker_lost，检查消息服务器的证书与访问控制"
    remedy_en = "look for broker_lost in the log; check the broker's certificates and access list"


class BooksBehind(Finding):
    """Hours wait for longer than they should."""

    code = "CW-O1034"
    zh = "台账落后：{ranges} 段待算，已 {seconds} 秒没有算完"
    en = "the books are behind: {ranges} dirty ranges, not caught up for {seconds} s"
    remedy_zh = "大批补报后属正常，应逐渐减少；若不减少，查看日志中的 ledger_failed 和机器负载"
    remedy_en = "usual after a large backlog, and should shrink; else look for ledger_failed and at the load"


class BooksDoNotAddUp(Finding):
    """Σ hours = day = month does not hold somewhere."""

    code = "CW-O1035"
    zh = "台账有 {count} 处分时、日、月合计不符"
    en = "the books do not add up in {count} places (hours, day, month)"
    remedy_zh = "保留现场，查看日志中的 ledger_does_not_add_up，并联系维护人员"
    remedy_en = "leave all as it is, look for ledger_does_not_add_up, call the maintainers"


class SpaceLow(Finding):
    """The disk is nearly full."""

    code = "CW-O1036"
    zh = "磁盘剩余 {free}，低于 {wanted}"
    en = "{free} are free on the disk, less than {wanted}"
    remedy_zh = "清理或扩容；也可减小 keep_readings_days"
    remedy_en = "make room or a larger disk; or lower keep_readings_days"


class ClockWrong(Finding):
    """The machine's clock cannot be right."""

    code = "CW-O1037"
    zh = "时钟不可信：{detail_zh}"
    en = "the clock cannot be relied on: {detail}"
    remedy_zh = "先校时：timedatectl set-ntp true，或 date -s"
    remedy_en = "set the clock first: timedatectl set-ntp true, or date -s"


class CertificateEnds(Finding):
    """A certificate ends soon, has ended, or cannot be read."""

    code = "CW-O1038"
    zh = "{what} 的证书：{detail_zh}"
    en = "the certificate of {what}: {detail}"
    remedy_zh = (
        "消息服务器与接收端：重新运行 civicwatt cloud broker-config；"
        "签发机构：new-authority；网关：edge enroll"
    )
    remedy_en = (
        "broker and ingest: run civicwatt cloud broker-config again; authority: new-authority; "
        "gateway: edge enroll"
    )


class NoTls(Finding):
    """A way leaves this machine in the clear."""

    code = "CW-O1039"
    zh = "到 {host} 的连接没有 TLS，数据明文经过网络"
    en = "the connection to {host} is without TLS: data cross the network in the clear"
    remedy_zh = (
        "消息服务器：运行 civicwatt cloud broker-config，并设置 mqtt_ca、mqtt_cert、mqtt_key；"
        "数据库：sslmode=verify-full；读数库：tls=true"
    )
    remedy_en = (
        "broker: run civicwatt cloud broker-config and set mqtt_ca, mqtt_cert, mqtt_key; "
        "database: sslmode=verify-full; readings store: tls=true"
    )


class BackupMissing(Finding):
    """The newest backup is too old, or there is none."""

    code = "CW-O1040"
    zh = "备份：{detail_zh}"
    en = "backup: {detail}"
    remedy_zh = "运行 civicwatt cloud backup，并启用 civicwatt-backup.timer"
    remedy_en = "run civicwatt cloud backup and enable civicwatt-backup.timer"
