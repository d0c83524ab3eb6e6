"""What the use of vehicles refuses.

RuleViolation
├── PurposeRefused    422 CW-M0331
├── SpanReversed      422 CW-M0332
├── NoVehicle         422 CW-M0333
├── CannotGo          422 CW-M0334
├── CannotDrive       422 CW-M0335
├── PapersMissing     422 CW-M0336
├── NoEmergency       422 CW-M0337
├── PapersDone        422 CW-M0338
├── BadPickup         422 CW-M0339
├── UnknownCounty     422 CW-M0340
├── NotOfThePool      422 CW-M0341
├── OwnVehicleFree    422 CW-M0342
├── NotOffered        422 CW-M0343
├── NotForRent        422 CW-M0344
├── AlreadyRented     422 CW-M0345
├── PileUnusable      422 CW-M0346
├── NoSuchLine        422 CW-M0347
├── FuelIncomplete    422 CW-M0348
└── SpanTooLong       422 CW-M0349
"""

from civicwatt_cloud.kit.errors import RuleViolation


class PurposeRefused(RuleViolation):
    """Vehicles of this kind do not serve this purpose. Facts: kind, purpose."""

    code = "CW-M0331"
    zh = "{kind_zh}用车不得用于{purpose_zh}"
    en = "a vehicle for {kind} does not serve: {purpose}"
    remedy_zh = "改选车辆类别或用途"
    remedy_en = "choose another kind of vehicle, or state the purpose"


class SpanReversed(RuleViolation):
    """It ends before it begins."""

    code = "CW-M0332"
    zh = "结束时间应晚于开始时间"
    en = "it ends after it begins"
    remedy_zh = "核对起止时间"
    remedy_en = "check both times"


class NoVehicle(RuleViolation):
    """No vehicle can go. Facts: seen, reasons."""

    code = "CW-M0333"
    zh = "{seen} 辆车均不可派：{reasons_zh}"
    en = "none of {seen} vehicles can go: {reasons}"
    remedy_zh = "改期、换车辆类别，或办理社会租赁"
    remedy_en = "choose another time or kind of vehicle, or rent one"


class CannotGo(RuleViolation):
    """The vehicle that was chosen cannot go. Facts: plate, reason."""

    code = "CW-M0334"
    zh = "{plate} 不可派：{reason_zh}"
    en = "{plate} cannot go: {reason}"
    remedy_zh = "另选车辆，或由系统选派"
    remedy_en = "choose another vehicle, or none: the platform finds one"


class CannotDrive(RuleViolation):
    """The driver that was chosen may not drive this vehicle now. Facts: name, plate."""

    code = "CW-M0335"
    zh = "{name}此时不能驾驶 {plate}"
    en = "{name} may not drive {plate} then"
    remedy_zh = "核对准驾车型、有效期、记分与出车安排，另选驾驶员"
    remedy_en = "check class, last day and points of the licence and other journeys, or choose somebody else"


class PapersMissing(RuleViolation):
    """It was sent before the papers, and they are still missing."""

    code = "CW-M0336"
    zh = "应急派车的手续尚未补办"
    en = "the papers of the emergency are still missing"
    remedy_zh = "由单位审批人补办手续后再结算"
    remedy_en = "the institution's approver completes the papers first"


class NoEmergency(RuleViolation):
    """Only an emergency goes first."""

    code = "CW-M0337"
    zh = "只有应急处置可以先派车"
    en = "only an emergency is sent before the papers"
    remedy_zh = "按程序提交审批"
    remedy_en = "submit it for approval"


class PapersDone(RuleViolation):
    """There is nothing to complete."""

    code = "CW-M0338"
    zh = "手续已齐"
    en = "the papers are complete"
    remedy_zh = "无需再补办"
    remedy_en = "nothing is to be done"


class BadPickup(RuleViolation):
    """No place on the earth. Facts: said."""

    code = "CW-M0339"
    zh = "上车地点“{said}”不是“经度，纬度”"
    en = "'{said}' is no longitude,latitude"
    remedy_zh = "按“经度，纬度”填写十进制度数，经度在前"
    remedy_en = "write decimal degrees, the longitude first"


class UnknownCounty(RuleViolation):
    """Codes that name no division. Facts: said."""

    code = "CW-M0340"
    zh = "区划代码“{said}”未登记"
    en = "no division has the code {said}"
    remedy_zh = "填写六位区划代码，逐个以逗号隔开"
    remedy_en = "give six-digit codes, separated by commas"


class NotOfThePool(RuleViolation):
    """A roster names vehicles of its own pool. Facts: plate."""

    code = "CW-M0341"
    zh = "{plate} 不属于该平台"
    en = "{plate} is not of this pool"
    remedy_zh = "先将车辆划入平台，或另选车辆"
    remedy_en = "give the vehicle to the pool first, or choose another"


class OwnVehicleFree(RuleViolation):
    """Nothing is rented while a vehicle of one's own can go. Facts: plate."""

    code = "CW-M0342"
    zh = "{plate} 可以派出，不得租用社会车辆"
    en = "{plate} can go: nothing is rented"
    remedy_zh = "先派自有车辆"
    remedy_en = "send that vehicle"


class NotOffered(RuleViolation):
    """Only the lowest designated suppliers within the cap are offered. Facts: most."""

    code = "CW-M0343"
    zh = "该报价不在最低的 {most} 家定点企业之列，或超过限价、座位不足"
    en = "the quote is not of the {most} cheapest designated suppliers within the cap, or seats too few"
    remedy_zh = "从系统给出的报价中选择"
    remedy_en = "choose one of those that are offered"


class NotForRent(RuleViolation):
    """Neither a designated supplier of vehicles nor a vehicle to be shared. Facts: name."""

    code = "CW-M0344"
    zh = "{name}不供租赁"
    en = "{name} is not for rent"
    remedy_zh = "选择定点租赁企业，或租赁平台的在用车辆"
    remedy_en = "choose a designated supplier, or a vehicle in use of a rental pool"


class AlreadyRented(RuleViolation):
    """Somebody has the vehicle. Facts: plate."""

    code = "CW-M0345"
    zh = "{plate} 尚未归还"
    en = "{plate} has not been given back"
    remedy_zh = "另选车辆，或先办理还车"
    remedy_en = "choose another, or have it given back first"


class PileUnusable(RuleViolation):
    """A pile that is out of order charges nothing. Facts: code."""

    code = "CW-M0346"
    zh = "充电桩 {code} 故障停用"
    en = "pile {code} is out of order"
    remedy_zh = "换一个充电桩"
    remedy_en = "use another pile"


class NoSuchLine(RuleViolation):
    """A correction takes back a line of the same session, once. Facts: line."""

    code = "CW-M0347"
    zh = "明细 {line} 不属于该租用单，或已更正"
    en = "line {line} is none of this session, or was taken back already"
    remedy_zh = "从明细中选择尚未更正的一行"
    remedy_en = "choose a line that still stands"


class FuelIncomplete(RuleViolation):
    """A filling has a volume, an amount and a station."""

    code = "CW-M0348"
    zh = "加油量、燃油费和加油站须一并填写"
    en = "a filling is told with its volume, its amount and the station"
    remedy_zh = "补全三项，或都不填"
    remedy_en = "give all three, or none"


class SpanTooLong(RuleViolation):
    """No vehicle is sent, and nobody is on duty, for so long. Facts: days."""

    code = "CW-M0349"
    zh = "一次最长 {days} 天"
    en = "it lasts {days} days at most"
    remedy_zh = "缩短时间，或分次办理"
    remedy_en = "make it shorter, or several of it"
