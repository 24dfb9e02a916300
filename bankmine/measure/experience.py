"""The experience map of plan §3.2.3: each stage of the customer's way with its time, contacts, losses and satisfaction."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bankmine.measure.journey import Journey
from bankmine.measure.survey import Survey
from bankmine.show.blocks import Block, Column, Figure, Paragraph, TableBlock
from bankmine.show.journey_map import StageCard, journey_map
from bankmine.show.notebook import Shown
from bankmine.words import Lang, Text

if TYPE_CHECKING:
    import pandas as pd

TITLE = Text(zh="客户体验地图", en="Experience map")
BY_MILESTONE = Text(
    zh="日志没有说明各环节由谁办理，因此阶段按多数案件经过的环节划分；接触次数与轮到谁不得而知。",
    en="The log does not say who acts in which activity; stages are therefore parted by the activities that most cases pass, "
    "and whose turn it is stays unknown.",
)


@dataclass(frozen=True, eq=False)
class ExperienceMap(Shown):
    """Stages that some case reaches, in their order: arrays [stages], NaN = not known.

    `cases` int64; `median_s`, `p90_s`: time in the stage of the cases that reach it; `time_share`: of all time; `contacts`: per case that
    reaches it; `lost`, `lost_share`: cases that ended there because the customer withdrew or the time ran out, and their share of
    those that reach it; `score`: mean satisfaction of the cases that reach it. `from_kinds`: as for Stages.
    """

    names: tuple[Text, ...]
    turn: tuple[str | None, ...]
    all_cases: int
    cases: np.ndarray
    median_s: np.ndarray
    p90_s: np.ndarray
    time_share: np.ndarray
    contacts: np.ndarray
    lost: np.ndarray
    score: np.ndarray
    scale: tuple[float, float] | None
    from_kinds: bool

    @classmethod
    def of(cls, journey: Journey, survey: Survey | None = None, scale: tuple[float, float] | None = None) -> "ExperienceMap":
        """`scale`: the worst and best possible score; by default those that the answers span."""
        reached = journey.stage_reached
        stages = np.flatnonzero(reached.any(axis=0))
        cases = reached.sum(axis=0)
        total = float(journey.stage_s.sum())
        median, p90 = (np.array([np.quantile(journey.stage_s[reached[:, k], k], q) for k in stages]) for q in (0.5, 0.9))
        unknown = np.full(len(stages), np.nan)
        scores = {row.name.en: row.mean for row in survey.rows if row.group == "stage"} if survey is not None else {}
        if scale is None and survey is not None and len(survey.score):
            scale = float(survey.score.min()), float(survey.score.max())
        return cls(
            names=tuple(journey.stages.names[k] for k in stages),
            turn=tuple(journey.stages.turn[k] for k in stages),
            all_cases=len(reached),
            cases=cases[stages],
            median_s=median,
            p90_s=p90,
            time_share=journey.stage_s.sum(axis=0)[stages] / total if total > 0 else unknown,
            contacts=unknown if journey.contacts is None else journey.stage_contacts.sum(axis=0)[stages] / cases[stages],
            lost=unknown if journey.lost is None else journey.lost.sum(axis=0)[stages].astype(float),
            score=np.array([_or_nan(scores.get(f"Stage: {journey.stages.names[k].en}")) for k in stages]),
            scale=scale,
            from_kinds=journey.stages.from_kinds,
        )

    @property
    def lost_share(self) -> np.ndarray:
        return self.lost / self.cases

    @property
    def table(self) -> "pd.DataFrame":
        import pandas as pd

        names = ("cases", "median_s", "p90_s", "time_share", "contacts", "lost", "lost_share", "score")
        return pd.DataFrame(
            {"stage": [name.en for name in self.names], "turn": list(self.turn)} | {name: getattr(self, name) for name in names}
        )

    def picture(self, lang: Lang) -> Figure | None:
        """The map as one picture; None where no case is."""
        cards = [
            StageCard(name, turn, float(self.cases[k] / self.all_cases), *(_known(column[k]) for column in self._columns()))
            for k, (name, turn) in enumerate(zip(self.names, self.turn, strict=True))
        ]
        return journey_map(cards, lang, TITLE, self.scale)

    def _columns(self) -> tuple[np.ndarray, ...]:
        return self.median_s, self.p90_s, self.time_share, self.contacts, self.lost_share, self.score

    def blocks(self) -> list[Block]:
        columns = (
            Column(Text(zh="阶段", en="Stage"), "text"),
            Column(Text(zh="案件", en="Cases"), "count"),
            Column(Text(zh="时间中位数", en="Median time"), "duration"),
            Column(Text(zh="九成不超过", en="90 % at most"), "duration"),
            Column(Text(zh="占全部时间", en="Of all time"), "share"),
            Column(Text(zh="每案接触", en="Contacts per case"), "number"),
            Column(Text(zh="流失", en="Lost here"), "share"),
            Column(Text(zh="满意度", en="Satisfaction"), "number"),
        )
        rows = [(name, int(self.cases[k]), *(_known(column[k]) for column in self._columns())) for k, name in enumerate(self.names)]
        return [TableBlock(columns, rows, caption=TITLE), *(() if self.from_kinds else (Paragraph(BY_MILESTONE),))]


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _or_nan(value: float | None) -> float:
    return np.nan if value is None else value
