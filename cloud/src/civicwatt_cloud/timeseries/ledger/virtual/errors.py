"""What can be wrong with a formula; `where` is the cell it stands in.

RowProblem
└── FormulaProblem
    ├── FormulaSyntax      CW-T1321
    ├── FormulaTooLong     CW-T1322
    ├── NotLinear          CW-T1323
    ├── BareConstant       CW-T1324
    ├── BoundNotZero       CW-T1325
    ├── DivisionByZero     CW-T1326
    ├── UnknownReference   CW-T1327
    ├── AmbiguousReference CW-T1328
    ├── OtherCarrier       CW-T1329
    ├── FormulaCycle       CW-T1330
    └── FactorTooLarge     CW-T1334
"""

from collections.abc import Sequence

from civicwatt_cloud.kit.directory_problems import RowProblem


class FormulaProblem(RowProblem):
    """A formula that cannot be taken."""

    remedy_zh = "改正公式后重新导入，写法见文档：账单与电价"
    remedy_en = "correct the formula and import again; how to write one: bills and tariffs in the documents"


class FormulaSyntax(FormulaProblem):
    """The text is no formula."""

    code = "CW-T1321"
    zh = "公式第 {position} 个字符处应为{wanted_zh}，实为“{found}”"
    en = "the formula needs {wanted} at character {position}, there is “{found}”"
    remedy_zh = "测点写作 网关/设备 或编号，其后的减号和除号前要有空格；数字开头的户号写在方括号里"
    remedy_en = (
        "write a point as gateway/device or by its code, a blank before the minus or slash that follows it, "
        "and an account that begins with a digit in square brackets"
    )


class FormulaTooLong(FormulaProblem):
    """More characters or signs than any formula of a meter."""

    code = "CW-T1322"
    zh = "公式过长：字符或运算符有 {length} 个，最多 {limit} 个"
    en = "the formula is too long: {length} characters or signs, at most {limit}"
    remedy_zh = "拆成几个虚拟表，再相加"
    remedy_en = "split it into several virtual meters and add these"


class NotLinear(FormulaProblem):
    """A consumption times or divided by a consumption."""

    code = "CW-T1323"
    zh = "公式第 {position} 个字符处：用量只能乘以或除以数，不能与用量相乘除"
    en = "at character {position}: a consumption may be multiplied or divided by a number only"


class BareConstant(FormulaProblem):
    """A number where a consumption is needed: as a term of its own, or as the whole formula."""

    code = "CW-T1324"
    zh = "公式第 {position} 个字符处：用量不能加减一个数，公式也不能只有数"
    en = "at character {position}: a number cannot be added to a consumption, nor be the whole formula"


class BoundNotZero(FormulaProblem):
    """max and min are there to cut at zero."""

    code = "CW-T1325"
    zh = "公式第 {position} 个字符处：max 和 min 的一项须为 0，另一项为用量"
    en = "at character {position}: max and min take a consumption and 0"


class DivisionByZero(FormulaProblem):
    """A division by a constant that is zero."""

    code = "CW-T1326"
    zh = "公式第 {position} 个字符处：除数为 0"
    en = "at character {position}: a division by zero"


class UnknownReference(FormulaProblem):
    """No meter, account or virtual meter of that name is booked."""

    code = "CW-T1327"
    zh = "公式第 {position} 个字符处：没有名为“{name}”的计量点"
    en = "at character {position}: nothing of the name “{name}” is booked"
    remedy_zh = "测点写作 网关/设备、户号或虚拟表编号；测点后面的减号和除号前要有空格"
    remedy_en = (
        "name a point as gateway/device, account or a virtual meter's code; "
        "a minus or slash after a point needs a blank before it"
    )


class AmbiguousReference(FormulaProblem):
    """Several points have the name."""

    code = "CW-T1328"
    zh = "公式第 {position} 个字符处：名为“{name}”的计量点有 {count} 个"
    en = "at character {position}: {count} points have the name “{name}”"
    remedy_zh = "写作 网关/设备，或改用不重复的编号"
    remedy_en = "write gateway/device, or use a code that stands once"


class OtherCarrier(FormulaProblem):
    """A formula of another carrier than its result's."""

    code = "CW-T1329"
    zh = "公式第 {position} 个字符处：“{name}”的能源品种是{carrier_zh}，不是{wanted_zh}"
    en = "at character {position}: “{name}” is of another carrier ({carrier}) than the result ({wanted})"
    remedy_zh = "只用同一能源品种的测点，或改正分项"
    remedy_en = "use points of one carrier, or correct the end use"


class FormulaCycle(FormulaProblem):
    """A virtual meter that depends on itself; `points` is the way round, by ids."""

    points: Sequence[int] = ()

    code = "CW-T1330"
    zh = "公式互相引用成环：{path}"
    en = "the formulas refer to each other in a circle: {path}"
    remedy_zh = "改正其中一个公式"
    remedy_en = "correct one of these formulas"


class FactorTooLarge(FormulaProblem):
    """A factor beyond anything there is."""

    code = "CW-T1334"
    zh = "公式中的系数超过 {limit}"
    en = "a factor of the formula is more than {limit}"
