"""What a deed is called: that of a record by its manifest, all others by the words here."""

from collections.abc import Iterable
from typing import NamedTuple

from civicwatt_cloud.kit.records.entity import Entity, Module
from civicwatt_cloud.kit.records.fields import fields_of
from civicwatt_cloud.kit.workflow.opinions import VERBS


class Words(NamedTuple):
    """A deed in both languages."""

    zh: str
    en: str


DONE = {
    "created": Words("新增", "created"),
    "changed": Words("修改", "changed"),
    "removed": Words("删除", "removed"),
}
OTHER = Words("更新", "updated")
OF_ALL = {  # what every record has
    "owner_id": Words("所属单位", "institution"),
    "state": Words("办理状态", "state"),
    "sensitivity": Words("敏感级别", "sensitivity"),
    "rev": Words("版次", "revision"),
}
WORDS = {
    "account_created": Words("建立账号", "account created"),
    "account_invited": Words("签发邀请码", "invitation issued"),
    "account_disabled": Words("停用账号", "account disabled"),
    "account_enabled": Words("启用账号", "account enabled"),
    "role_granted": Words("授予角色", "role granted"),
    "grant_ended": Words("收回角色", "role taken back"),
    "role_delegated": Words("委托角色", "role delegated"),
    "delegation_ended": Words("结束委托", "delegation ended"),
    "temperatures_imported": Words("导入气温", "temperatures imported"),
    "password_set": Words("设置密码", "password set"),
    "second_factor_set": Words("启用动态口令", "second factor set up"),
    "certificate_bound": Words("绑定证书", "certificate bound"),
    "certificate_unbound": Words("解除证书绑定", "certificate unbound"),
    "certificate_renewed": Words("网关证书续期", "gateway's certificate renewed"),
    "token_issued": Words("签发服务令牌", "service token issued"),
    "token_ended": Words("作废服务令牌", "service token ended"),
    "notices_preferred": Words("设置通知方式", "notice preferences set"),
    "read": Words("查阅", "read"),
    "sensitive_read": Words("查阅敏感信息", "sensitive record read"),
    "track_viewed": Words("查看车辆轨迹", "track viewed"),
    "terminal_forgotten": Words("解除车载终端", "terminal forgotten"),
    "fuel_entered": Words("登记加油", "filling entered"),
    "cost_entered": Words("登记费用", "cost entered"),
    "file_attached": Words("上传文件", "file attached"),
    "file_removed": Words("删除文件", "file removed"),
    "picture_drawn": Words("勾画平面图", "floor plan drawn"),
    "rule_imported": Words("导入规则", "rule imported"),
    "holiday_notice_imported": Words("导入放假安排", "holiday notice imported"),
    "gateway_code_made": Words("生成网关注册码", "gateway code made"),
    "gateway_enrolled": Words("网关注册", "gateway enrolled"),
    "gateway_revoked": Words("吊销网关证书", "gateway revoked"),
    "meter_bound": Words("绑定表计", "meter bound"),
    "replacement_entered": Words("登记换表", "replacement entered"),
    "ratio_entered": Words("登记互感器变比", "transformer's ratio entered"),
    "rollover_entered": Words("登记计数翻转", "rollover entered"),
    "rise_confirmed": Words("确认读数跃升", "rise confirmed"),
    "bill_entered": Words("录入账单", "bill entered"),
    "tree_entered": Words("设置表计层级", "tree of meters entered"),
    "formula_entered": Words("设置计算公式", "formula entered"),
    "price_table_entered": Words("录入电价表", "price table entered"),
    "tariff_assigned": Words("指定电价", "tariff assigned"),
    "shares_entered": Words("设置分摊比例", "shares entered"),
    "month_closed": Words("月度关账", "month closed"),
    "returns_opened": Words("开放统计期", "returns opened"),
    "correction_decided": Words("更正审定", "correction decided"),
}


def words(entity: Entity | None, what: str) -> Words:
    """What a deed is called; one that nobody has named is called as it is stored."""
    if what in WORDS:
        return WORDS[what]
    if entity is None:
        return Words(what, what)
    done = _done(entity, what.removeprefix(f"{entity.key}_"))
    return Words(f"{entity.zh}：{done.zh}", f"{entity.en}: {done.en}")


def field_words(entity: Entity | None) -> dict[str, Words]:
    """What the fields of such a record are called."""
    if entity is None:
        return {}
    return OF_ALL | {name: Words(one.zh, one.en) for name, one in fields_of(entity.model).items()}


def entity_of(modules: Iterable[Module], subject: str) -> Entity | None:
    """What kind of record a deed was done to; None: to something else."""
    key = subject.partition("/")[0]
    return next((one for module in modules for one in module.entities if one.key == key), None)


def _done(entity: Entity, event: str) -> Words:
    arrows = entity.workflow.transitions if entity.workflow else ()
    arrow = VERBS.get(event) or next((one for one in arrows if one.event == event), None)
    return Words(arrow.zh, arrow.en) if arrow else DONE.get(event, OTHER)
