"""What can be wrong with a row of the tree of meters; `where` is the cell it stands in.

RowProblem
└── TreeProblem
    ├── TreeCycle          CW-T1331
    ├── TwoParents         CW-T1332
    ├── BadClass           CW-T1333
    ├── PlaceDatesWrong    CW-T1336
    └── ParentMissing      CW-T1337
"""

from civicwatt_cloud.kit.directory_problems import RowProblem


class TreeProblem(RowProblem):
    """A row of the tree of meters that cannot be taken."""


class TreeCycle(TreeProblem):
    """A meter below itself."""

    code = "CW-T1331"
    zh = "总分关系成环：{path}"
    en = "the meters stand below each other in a circle: {path}"


class TwoParents(TreeProblem):
    """A meter below two others at one time."""

    code = "CW-T1332"
    zh = "{meter} 自 {start} 起已在 {parent} 之下"
    en = "{meter} stands below {parent} from {start} on"
    remedy_zh = "先给前一关系写上截止日期，或改正起始日期"
    remedy_en = "end the earlier relation first, or correct the first day"


class BadClass(TreeProblem):
    """An accuracy class that no meter has."""

    code = "CW-T1333"
    zh = "准确度等级“{text}”应为 0 至 10 的数，如 1.0 或 0.5S"
    en = "the accuracy class “{text}” is not a number from 0 to 10, such as 1.0 or 0.5S"


class PlaceDatesWrong(TreeProblem):
    """A place in the tree that ends before it begins."""

    code = "CW-T1336"
    zh = "停用日期 {end} 不晚于启用日期 {start}"
    en = "the place ends on {end}, not after it begins on {start}"


class ParentMissing(TreeProblem):
    """A parent without a place of its own."""

    code = "CW-T1337"
    zh = "上级计量点 {parent} 在 {start} 不在总分表中"
    en = "the parent {parent} has no place in the tree on {start}"
    remedy_zh = "在前面加上该上级的一行（总表的上级留空），写明其准确度等级"
    remedy_en = "put a row of that parent before, with its class; the parent of a whole is left empty"
