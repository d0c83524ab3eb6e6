"""What every readings store promises, as plain functions that can be run against any server.

Each function gets a way to open an empty store that nobody else uses, and returns, or raises Broken.
The command `store check` runs them against an address, and so do the tests, over every engine that can be
started here.
"""

from collections.abc import Callable
from dataclasses import dataclass

from civicwatt_cloud.timeseries.stores.promises import reading, writing
from civicwatt_cloud.timeseries.stores.promises.given import Opener


@dataclass(frozen=True)
class Promise:
    """One promise; `needs` names a capability without which it is not asked."""

    keep: Callable[[Opener], None]
    zh: str
    en: str
    needs: str = ""

    @property
    def name(self) -> str:
        """The function's own."""
        return self.keep.__name__


PROMISES = (
    Promise(writing.comes_back, "值与缺测原因原样取回", "what was written comes back, in order"),
    Promise(writing.every_reason, "每种缺测原因都保留", "every reason of a gap is kept"),
    Promise(writing.every_double, "任意双精度数逐位不差", "any double comes back to the last bit"),
    Promise(writing.after_reopening, "重新打开后仍在", "it is there after reopening"),
    Promise(writing.twice_is_once, "重复写入不增不改", "writing twice is writing once"),
    Promise(writing.the_first_stays, "同一时刻的另一个值：先到者留", "another value: the first stays"),
    Promise(writing.doubles_in_one_batch, "同批重复也判定", "doubles inside one batch are settled"),
    Promise(writing.late_rows, "三年前的迟到数据可写可查", "rows of three years ago are taken and found"),
    Promise(writing.replacing, "可指定以新值替换", "values can be replaced on request", "replaces"),
    Promise(reading.empty_batch, "空批次、空范围无误", "nothing asked, nothing done"),
    Promise(reading.half_open, "时间范围左闭右开", "ranges of time are half open"),
    Promise(reading.buckets, "分段汇总左闭右开、不含缺测", "buckets are half open, without gaps"),
    Promise(reading.newest, "最新一行与最新有效值", "the newest row and the newest value"),
    Promise(reading.retaining, "到期删除，且只删到期的", "what is too old goes, nothing else", "retains"),
    Promise(writing.two_writers, "并发写入不丢不重", "writers side by side lose and double nothing"),
    Promise(writing.any_history, "随机历史与字典对照一致", "any history gives what a dictionary gives"),
    Promise(writing.bigger_batch, "大批次不丢不重", "a bigger batch, in part there before"),
)
