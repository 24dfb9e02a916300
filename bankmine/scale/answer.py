"""What is said of a log in parts: the complete set over all of it, and where recommendations come from."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Protocol, cast

from bankmine import __version__
from bankmine.log.eventlog import EventLog, Source
from bankmine.log.quality import QualityFinding, Reject
from bankmine.log.read import GRAVITY
from bankmine.measure.business import CalendarUsed
from bankmine.measure.duty import Duty
from bankmine.measure.survey import Survey
from bankmine.report.document import input_of, iso, quality_of
from bankmine.report.expected import answers
from bankmine.report.measures import arcs, cycle_time, rework_rows, variant_rows, waiting_arcs, waiting_rows
from bankmine.report.quality import findings
from bankmine.report.schema import AnalysisDocument as Whole
from bankmine.report.schema import LogFigures, PartsDocument, Process, Window
from bankmine.report.summary import summary
from bankmine.scale.frames import Names, nothing
from bankmine.scale.whole import Measured, Wanted
from bankmine.settings import Settings
from bankmine.show.blocks import Block, Heading, KeyFigures, Notice, Paragraph
from bankmine.show.format import local_day
from bankmine.show.notebook import Shown
from bankmine.words import Text

if TYPE_CHECKING:
    from bankmine.api import Analysis

IN_PARTS = Text(
    zh="日志分 {n} 部分分析。本页的数量、路径、时长、等待与原因、返工均按全部 {cases} 个案件精确计算；建议与诊断需要整个日志同在内存，{window}",
    en="The log was analysed in {n} parts. Counts, paths, times, waiting with its causes, and rework are exact over all {cases} cases; "
    "diagnoses and recommendations need the whole log in memory: {window}",
)
OF_WINDOW = Text(
    zh="故只取最后 {weeks} 个完整周内开始的 {cases} 个案件。",
    en="they are worked out from the {cases} cases that began in the last {weeks} whole weeks.",
)
FILTERED = Text(zh="只看符合筛选条件的案件：{filters}。", en="Only the cases that pass the filters are meant: {filters}.")
NO_WINDOW = Text(zh="而一个完整周也放不下，故未给出。", en="not even one whole week fits, so there are none.")


class InParts(Protocol):
    """A log in parts, on disk or on Spark."""

    @property
    def names(self) -> Names: ...
    @property
    def source(self) -> Source: ...
    @property
    def quality(self) -> tuple[QualityFinding, ...]: ...
    @property
    def rejects(self) -> tuple[Reject, ...]: ...
    def measured(self, wanted: Wanted) -> Measured:
        """The complete set."""
        ...

    def window(self, rows: int) -> tuple[EventLog, int] | None:
        """The last whole weeks within so many rows, and how many they are."""
        ...


@dataclass(frozen=True, eq=False)
class PartsAnalysis(Shown):
    """The measures of `Measured` beside what was read; `log` holds the names, source, findings and rejects, and no instance.

    `window`: the analysis of the last whole weeks, and their number; None where none was made. `process`, `as_of`: as they were asked for.
    """

    log: EventLog
    measured: Measured
    settings: Settings
    parts: int
    window: "tuple[Analysis, int] | None"
    process: str | None = None
    as_of: int | None = None

    @classmethod
    def of(
        cls,
        log: InParts,
        wanted: Wanted,
        settings: Settings,
        parts: int,
        window_rows: int,
        analyze: "Callable[[EventLog], Analysis]",
        process: str | None = None,
    ) -> "PartsAnalysis":
        """Everything, while the parts are there; `analyze` makes the analysis of the window, of at most so many rows."""
        measured, found = log.measured(wanted), log.window(window_rows)
        named = replace(nothing(log.names), source=log.source, quality=log.quality, rejects=log.rejects)
        window = None if found is None else (analyze(found[0]), found[1])
        return cls(named, measured, settings, parts, window, process, wanted.as_of)

    @property
    def duty(self) -> Duty:
        return self.measured.duty

    @property
    def calendar(self) -> CalendarUsed:
        return self.measured.calendar

    @cached_property
    def survey(self) -> Survey | None:
        """What customers answered about any of the cases; None where the configuration names no file."""
        joined = self.measured.joined
        return None if joined is None else Survey.result(joined, self.settings.privacy.minimum_cases)

    @property
    def zone(self) -> str:
        """The zone in which its times are shown."""
        return self.log.source.timezone

    @property
    def quality(self) -> tuple[QualityFinding, ...]:
        """What a reader must know about the data, gravest first, then by code."""
        found = (*self.log.quality, *self.duty.quality())
        return tuple(sorted(found, key=lambda finding: (GRAVITY[finding.severity], finding.code)))

    @property
    def title(self) -> Text:
        """With the process where it is known."""
        definition = self.measured.understanding.definition
        if definition is None:
            return Text(zh="流程分析报告", en="Process analysis")
        return Text(zh="{name}流程分析报告", en="Process analysis: {name}").format(name=definition.name)

    @property
    def source(self) -> Text:
        """The cases and the period."""
        m = self.measured
        return Text(zh="{cases} 件案件 · {first} 至 {last}", en="{cases} cases · {first} to {last}").format(
            cases=f"{m.cycle_time.cases:,}", first=local_day(m.first, self.zone), last=local_day(m.last, self.zone)
        )

    def blocks(self) -> list[Block]:
        """The complete set, then the answer from the window."""
        m = self.measured
        said = NO_WINDOW
        if self.window is not None:
            analysis, weeks = self.window
            said = OF_WINDOW.format(cases=f"{analysis.log.cases:,}", weeks=weeks)
        rows = self.log.source
        filters = rows.parameters.get("filters")
        blocks: list[Block] = [
            Heading(self.title, 1, "top"),
            Heading(Text(zh="摘要", en="Summary"), 2, "summary"),
            Notice(IN_PARTS.format(n=self.parts, cases=f"{m.cycle_time.cases:,}", window=said)),
            *([Paragraph(FILTERED.format(filters="; ".join(filters)))] if isinstance(filters, tuple) else []),
            KeyFigures(
                (
                    (Text(zh="读取行数", en="rows read"), "count", rows.rows_read),
                    (Text(zh="使用", en="used"), "count", rows.rows_used),
                    (Text(zh="剔除", en="set aside"), "count", rows.rows_set_aside),
                    (Text(zh="环节实例", en="activity instances"), "count", m.instances),
                    (Text(zh="路径", en="variants"), "count", len(m.variants.packed)),
                )
            ),
            *m.cycle_time.blocks(),
        ]
        if self.window is not None:
            name = Text(zh="最后 {n} 周：问题与措施", en="The last {n} weeks: what is wrong and what to do").format(n=self.window[1])
            blocks += [Heading(name, 2, "window"), *summary(self.window[0])]
        return [
            *blocks,
            Heading(Text(zh="等待", en="Waiting"), 2, "waiting"),
            *m.waiting.blocks(),
            *m.waiting_by_cause.blocks(),
            *m.waiting_by_arc.blocks(),
            Heading(Text(zh="返工", en="Rework"), 2, "rework"),
            *m.rework.blocks(),
            *([] if self.survey is None else [Heading(Text(zh="客户评分", en="Customers' answers"), 2, "survey"), *self.survey.blocks()]),
            Heading(Text(zh="流程全貌", en="The process as it ran"), 2, "process"),
            *m.dfg.blocks(),
            *m.variants.blocks(),
            Heading(Text(zh="数据质量", en="Data quality"), 2, "quality"),
            findings(self.log, self.quality),
        ]

    def as_json(self) -> dict[str, object]:
        """The document of schema bankmine.parts/1."""
        m, zone = self.measured, self.zone
        this, of_measures = cast("Analysis", self), cast("Analysis", m)  # each has what is asked of it there
        window = None
        if self.window is not None:
            window = Window(weeks=self.window[1], analysis=Whole.model_validate(self.window[0].as_json()))
        return PartsDocument(
            schema="bankmine.parts/1",
            version=__version__,
            input=input_of(this),
            log=LogFigures(
                cases=m.cycle_time.cases,
                open_cases=m.cycle_time.open_cases,
                events=m.events,
                instances=m.instances,
                items=m.items,
                as_of=iso(m.as_of, zone),
                activities=len(self.log.activities),
                variants=len(m.variants.packed),
                start=iso(m.first, zone),
                end=iso(m.last, zone),
            ),
            quality=quality_of(this),
            process=Process(
                id=m.understanding.definition.id if m.understanding.definition else None,
                matched_steps=list(m.understanding.matched_steps),
                unmatched_activities=list(m.understanding.unmatched_activities),
            ),
            cycle_time=cycle_time(of_measures),
            waiting=waiting_rows(of_measures),
            waiting_by_arc=waiting_arcs(of_measures),
            dfg=arcs(of_measures),
            rework=rework_rows(of_measures),
            variants=variant_rows(of_measures),
            survey=answers(this),
            window=window,
        ).model_dump(mode="json", by_alias=True)
