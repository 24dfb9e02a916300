"""What would happen if: the twin played as it is and with a change, on the same demand."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bankmine.show.blocks import Block, Cell, Column, KeyFigures, Notice, Paragraph, TableBlock
from bankmine.show.format import duration, duration_range
from bankmine.show.notebook import Shown
from bankmine.twin.fit import Fit
from bankmine.words import Text

if TYPE_CHECKING:
    import pandas as pd


NO_INTERVAL = Text(zh="不足 12 周，无法估计", en="not told under 12 weeks")


@dataclass(frozen=True, eq=False)
class Forecast(Shown):
    """The log played as it is and with the changes. Arrays by activity or role; seconds, means per case over the cases of the log.

    `saved_s`: mean cycle time saved a case, negative if it grows; `low_s`, `high_s`: its 90 % interval over blocks of arrival weeks,
    widened by the error with which the twin foretells the steps concerned; None under 12 weeks. `before_s`, `after_s`: mean cycle time.
    `gain_cases`, `lose_cases`: cases that are quicker, and slower, by more than a minute; None, as the interval, for another demand.
    `words`: the changes as they were given; `changes`: in words for people. `of_case`: int64 microseconds saved by each. `usable`: the
    twin foretells the steps concerned.
    """

    words: tuple[str, ...]
    changes: tuple[Text, ...]
    cases: int
    before_s: float
    after_s: float
    low_s: float | None
    high_s: float | None
    gain_cases: int | None
    lose_cases: int | None
    activities: tuple[str, ...]
    wait_before_s: np.ndarray
    wait_after_s: np.ndarray
    roles: tuple[str, ...]
    load_before: np.ndarray
    load_after: np.ndarray
    usable: bool
    fit: Fit
    of_case: np.ndarray

    @property
    def saved_s(self) -> float:
        return self.before_s - self.after_s

    @property
    def table(self) -> "pd.DataFrame":
        import pandas as pd

        columns = {"activity": self.activities, "wait_before_s": self.wait_before_s, "wait_after_s": self.wait_after_s}
        return pd.DataFrame(columns)

    def as_json(self) -> dict[str, object]:
        """The forecast for other programs; what cannot be told is None."""

        def known(value: float) -> float | None:
            return None if np.isnan(value) else float(value)

        return {
            "changes": list(self.words),
            "said": [{"zh": each.zh, "en": each.en} for each in self.changes],
            "cases": self.cases,
            "before_s": self.before_s,
            "after_s": self.after_s,
            "saved_s": self.saved_s,
            "low_s": self.low_s,
            "high_s": self.high_s,
            "gain_cases": self.gain_cases,
            "lose_cases": self.lose_cases,
            "usable": self.usable,
            "waiting": [
                {"activity": name, "before_s": float(before), "after_s": float(after)}
                for name, before, after in zip(self.activities, self.wait_before_s, self.wait_after_s, strict=True)
            ],
            "load": [
                {"role": name, "before": known(before), "after": known(after)}
                for name, before, after in zip(self.roles, self.load_before, self.load_after, strict=True)
                if not np.isnan(before)
            ],
            "fit": [
                {
                    "activity": name,
                    "observed_s": known(self.fit.observed_s[k]),
                    "predicted_s": known(self.fit.predicted_s[k]),
                    "recomputed": known(self.fit.recomputed[k]),
                    "usable": bool(self.fit.usable[k]),
                }
                for k, name in enumerate(self.activities)
                if not np.isnan(self.fit.observed_s[k])
            ],
        }

    def blocks(self) -> list[Block]:
        if self.low_s is not None:
            kept = duration_range(self.low_s, self.high_s)
        elif self.gain_cases is None:
            kept = Text(zh="需求不同，无法逐案比较", en="not told: other cases")
        else:
            kept = NO_INTERVAL
        figures = KeyFigures(
            (
                (Text(zh="现在的平均时长", en="mean cycle time now"), "duration", self.before_s),
                (Text(zh="变更之后", en="with the change"), "duration", self.after_s),
                (Text(zh="每件节省", en="saved a case"), "text", _signed(self.saved_s)),
                (Text(zh="90% 区间", en="90 % interval"), "text", kept),
                (Text(zh="变快的案件", en="cases quicker"), "count", self.gain_cases),
                (Text(zh="变慢的案件", en="cases slower"), "count", self.lose_cases),
            )
        )
        blocks: list[Block] = [figures]
        if not self.usable:
            blocks.append(
                Notice(
                    Text(
                        zh="孪生未能很好地再现所涉环节的等待（见可信度表），以上数字只供参考。",
                        en="The twin does not foretell the waits of the steps concerned well (see how far it can be trusted): take these "
                        "figures as a hint only.",
                    ),
                    "warning",
                )
            )
        changed = np.flatnonzero(np.abs(self.wait_before_s - self.wait_after_s) >= 1).tolist()
        changed.sort(key=lambda k: -abs(self.wait_before_s[k] - self.wait_after_s[k]))
        waits: list[tuple[Cell, ...]] = [
            (
                self.activities[k],
                float(self.wait_before_s[k]),
                float(self.wait_after_s[k]),
                _signed(float(self.wait_before_s[k] - self.wait_after_s[k])),
            )
            for k in changed
        ]
        columns = (
            Column(Text(zh="环节", en="Activity"), "label"),
            Column(Text(zh="每案等待，现在", en="Wait a case, now"), "duration"),
            Column(Text(zh="变更之后", en="with the change"), "duration"),
            Column(Text(zh="节省", en="saved"), "text"),
        )
        roles: list[tuple[Cell, ...]] = [
            (self.roles[r], float(self.load_before[r]), float(self.load_after[r]))
            for r in np.flatnonzero(~np.isnan(self.load_before)).tolist()
        ]
        of_role = (
            Column(Text(zh="岗位", en="Role"), "label"),
            Column(Text(zh="负荷，现在", en="Load, now"), "share"),
            Column(Text(zh="变更之后", en="with the change"), "share"),
        )
        note = Text(
            zh="按日志自己的到达、路径与办理时间，在其人员与工作时间中重放两遍：一遍照旧，一遍变更；未重算的等待（客户、系统、原因不明）保持原样。",
            en="The log's own arrivals, routes and work were played through its people and hours twice, as it was and with the change; "
            "waits that are not recomputed (for customers, for systems, unexplained) stay as they were.",
        )
        return [*blocks, TableBlock(columns, waits), TableBlock(of_role, roles), Paragraph(note), *self.fit.blocks()]


def _signed(seconds: float) -> Text:
    """A saving, or what it costs more."""
    if seconds >= 0:
        return duration(seconds)
    return Text(zh="多 {t}", en="{t} more").format(t=duration(-seconds))
