"""Why a fact of a counter is not taken; the books stay as they are.

CloudError
├── FactRefused
│   ├── BadFactor            422  CW-T1407
│   ├── AnotherFact          409  CW-T1408
│   └── NothingHeld          404  CW-T1409
└── ReplacementRefused (a replacement form 换表单)
    ├── OldFinalTooLow       422  CW-G4101
    ├── NewInitialTooHigh    422  CW-G4102
    ├── ReadingsRunOn        422  CW-G4103
    ├── AnotherReplacement   409  CW-G4104
    ├── ReplacementInFuture  422  CW-G4105
    ├── NoSuchCounter        404  CW-G4106
    ├── BeforeFirstReading   422  CW-G4107
    └── OldFinalTooHigh      422  CW-G4108
"""

from civicwatt_cloud.kit.errors import CloudError


class FactRefused(CloudError):
    """A fact of a counter is not taken; the books stay as they are."""

    status = 422


class BadFactor(FactRefused):
    """A ratio or span that no counter has."""

    code = "CW-T1407"
    zh = "“{text}”须为大于零的十进制数"
    en = "“{text}” must be a decimal number above zero"
    remedy_zh = "倍率如 40（200/5 互感器），翻转值如 1000000"
    remedy_en = "a ratio such as 40 (a 200/5 transformer), a span such as 1000000"


class AnotherFact(FactRefused):
    """Another value is entered for the same moment already; facts are never changed."""

    status = 409
    code = "CW-T1408"
    zh = "{at} 起已登记为 {known}"
    en = "from {at} on it is entered as {known} already"
    remedy_zh = "如登记有误，以新的生效时刻再登记一条"
    remedy_en = "if that was wrong, enter another one with the next moment"


class NothingHeld(FactRefused):
    """There is no held rise at that time."""

    status = 404
    code = "CW-T1409"
    zh = "{at} 没有待确认的跳升"
    en = "no rise is held at {at}"
    remedy_zh = "用 civicwatt ledger held 查看待确认的读数"
    remedy_en = "look at them with civicwatt ledger held"


class ReplacementRefused(CloudError):
    """A form is not taken; the books stay as they are."""

    status = 422


class OldFinalTooLow(ReplacementRefused):
    """The old meter had shown more before than it is said to have ended with."""

    code = "CW-G4101"
    zh = "旧表止码 {old_final} 低于换表前最后一次读数 {reading}（{at}）"
    en = "the old meter's final {old_final} is below the last reading before, {reading} at {at}"
    remedy_zh = "核对旧表止码和换表时刻；止码不应低于 {reading}"
    remedy_en = "check the old meter's final and the time; the final is no less than {reading}"


class NewInitialTooHigh(ReplacementRefused):
    """The new meter shows less than it is said to have begun with."""

    code = "CW-G4102"
    zh = "新表起码 {new_initial} 高于换表后第一次读数 {reading}（{at}）"
    en = "the new meter's initial {new_initial} is above the first reading after, {reading} at {at}"
    remedy_zh = "核对新表起码和换表时刻；起码不应高于 {reading}"
    remedy_en = "check the new meter's initial and the time; the initial is no more than {reading}"


class ReadingsRunOn(ReplacementRefused):
    """One meter counted on through the moment of the form."""

    code = "CW-G4103"
    zh = "在 {at} 前后读数连续（{before} 至 {after}），此时没有换表"
    en = "the readings run on through {at} ({before} to {after}): no meter was replaced then"
    remedy_zh = "填写实际换表时刻{hint_zh}"
    remedy_en = "give the moment when it was replaced{hint}"


class AnotherReplacement(ReplacementRefused):
    """Another form for this counter and moment says something else."""

    status = 409
    code = "CW-G4104"
    zh = "该表在 {at} 已有换表单 {form_number}，止码 {old_final}、起码 {new_initial}"
    en = "form {form_number} for {at} says otherwise: final {old_final}, initial {new_initial}"
    remedy_zh = "以该换表单为准，或填写另一次换表的时刻"
    remedy_en = "keep to that form, or give the moment of the other replacement"


class ReplacementInFuture(ReplacementRefused):
    """A meter cannot be replaced tomorrow."""

    code = "CW-G4105"
    zh = "换表时刻 {at} 晚于当前时间"
    en = "the moment {at} lies ahead"
    remedy_zh = "核对换表时刻和时钟"
    remedy_en = "check the moment and the clock"


class NoSuchCounter(ReplacementRefused):
    """The device is not known or not bound, or the measure is not one that counts."""

    status = 404
    code = "CW-G4106"
    zh = "没有已绑定的表计或累计量“{name}”"
    en = "there is no bound meter or counter “{name}”"
    remedy_zh = "先绑定该表计；测量量应为累计量"
    remedy_en = "bind the meter first; the measure must be a counter"


class BeforeFirstReading(ReplacementRefused):
    """Before its first reading there was no meter to replace; such a form would never count."""

    code = "CW-G4107"
    zh = "换表时刻 {at} 不晚于该表的首次读数（{first}）"
    en = "the moment {at} is not after the first reading of this meter, at {first}"
    remedy_zh = "核对换表时刻；早期读数尚未到达的，待其到达后再填"
    remedy_en = "check the moment; where earlier readings are still to come, enter it after them"


class OldFinalTooHigh(ReplacementRefused):
    """The old meter is said to have ended farther on than its use can have brought it."""

    code = "CW-G4108"
    zh = (
        "旧表止码 {old_final} 比换表前最后一次读数 {reading}（{at}）高 {step}；"
        "按该表近 32 天最大用量的 10 倍计，至多高 {most}"
    )
    en = (
        "the old meter's final {old_final} is {step} above the last reading before, {reading} at {at}; "
        "ten times its largest use of the last 32 days comes to {most}"
    )
    remedy_zh = "核对旧表止码；确认无误时注明已核实（--force）再次登记"
    remedy_en = "check the old meter's final; where it is right, enter it again as checked (--force)"
