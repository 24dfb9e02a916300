"""The façade: a log in, a lazy analysis out; each measure is computed when first asked for, once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, overload

import numpy as np

from bankmine.advice.claims import CLAIMS
from bankmine.advice.diagnose import diagnose
from bankmine.advice.explain import explain
from bankmine.advice.played import MOST_INSTANCES, Together, together, too_few_weeks
from bankmine.advice.rank import Candidate, Limits, Listed, candidates_of, rank
from bankmine.advice.risk import RiskMatrix
from bankmine.advice.roadmap import Step, roadmap, step_of
from bankmine.advice.statement import Statement, statements
from bankmine.advice.waits import line_of, row_at, wait_blocks
from bankmine.facts import Facts, needs_met
from bankmine.log.eventlog import SECOND, UNKNOWN_TIME, EventLog
from bankmine.log.imperfections.detectors import imperfections
from bankmine.log.privacy import Pseudonyms
from bankmine.log.quality import QualityFinding
from bankmine.log.read import DEFAULT_ZONE, GRAVITY, read_log
from bankmine.measure.actors import actors
from bankmine.measure.answers import Answers
from bankmine.measure.attributes import attributes
from bankmine.measure.business import CalendarUsed
from bankmine.measure.by_cause import WaitByCause
from bankmine.measure.causes import WaitingCauses
from bankmine.measure.customer import CustomerWaits
from bankmine.measure.cycle import CycleTime
from bankmine.measure.drift import Drift
from bankmine.measure.duty import Duty
from bankmine.measure.enablement import Enablement, case_begin
from bankmine.measure.endings import Endings
from bankmine.measure.experience import ExperienceMap
from bankmine.measure.handover import Handovers
from bankmine.measure.journey import Journey
from bankmine.measure.kpi import Kpis
from bankmine.measure.loops import Loops
from bankmine.measure.one_wait import stretches
from bankmine.measure.rework import Rework
from bankmine.measure.roles import Roles
from bankmine.measure.root_causes import RootCauses
from bankmine.measure.segments import Segments
from bankmine.measure.survey import Survey
from bankmine.measure.training import TrainingNeeds
from bankmine.measure.transfers import Transfers
from bankmine.measure.waiting import WaitingTime
from bankmine.measure.workload import Workload
from bankmine.model.compare import Comparison, Groups
from bankmine.model.dfg import DirectlyFollowsGraph
from bankmine.model.rules import Verdicts
from bankmine.model.variants import Variants
from bankmine.patterns import Pattern, patterns
from bankmine.process.controls import of_entries as controls_of
from bankmine.process.controls import read as read_controls
from bankmine.process.controls import rules_for
from bankmine.process.definition import Party, Understanding
from bankmine.process.recognise import understand
from bankmine.settings import Settings
from bankmine.show.blocks import Block
from bankmine.show.notebook import Shown
from bankmine.twin.changes import Change
from bankmine.twin.forecast import Forecast
from bankmine.twin.grammar import parse
from bankmine.twin.replay import Replay
from bankmine.twin.twin import Twin
from bankmine.words import Lang, Text

if TYPE_CHECKING:
    from pyspark.sql import DataFrame as SparkFrame

    from bankmine.advice.answer import Diagnosis, Recommendation
    from bankmine.model.choice import ModelChoice
    from bankmine.model.conformance import Fitness
    from bankmine.model.deviations import Conformance
    from bankmine.model.discovery import ProcessModel
    from bankmine.model.reference import Reference
    from bankmine.scale.answer import PartsAnalysis

BPMN = ".bpmn"
TwinOn = Literal["full", "window", "off"]


@dataclass(frozen=True, eq=False)
class Analysis(Shown):
    """What a log shows: its measures, model, findings, verdicts and ranked recommendations.

    `process`: a process id, a definition file, a bank's own BPMN model, or None to recognise it; `as_of`: "now" in UTC microseconds,
    None for the log's last event; `twin_on`: what the first recommendations are played on.
    """

    log: EventLog
    process: str | Path | None = None
    settings: Settings = field(default_factory=Settings)
    as_of: int | None = None
    twin_on: TwinOn = "window"

    @cached_property
    def understanding(self) -> Understanding:
        """What the labels mean. Raises UsageError PROCESS_*, MAPPING_*, and BPMN_* for a bank's own model that cannot be read."""
        return meaning(self.log.activities, actors(self.log), self.process, self.settings)

    @property
    def own_model(self) -> Path | None:
        """A bank's own model that stands as the process: a BPMN file; what labels mean is then recognised or configured."""
        return own_model(self.process)

    @cached_property
    def enablement(self) -> Enablement:
        return Enablement.of(self.log)

    @cached_property
    def endings(self) -> Endings:
        return Endings.of(self.log, self.understanding, self.as_of)

    @cached_property
    def cycle_time(self) -> CycleTime:
        return CycleTime.of(self.log, lambda: self.enablement, self.endings.closed, lambda: self.duty)

    @cached_property
    def waiting(self) -> WaitingTime:
        return WaitingTime.of(self.log, self.enablement, self.understanding, self.duty)

    @cached_property
    def waiting_by_arc(self) -> WaitingTime:
        return WaitingTime.by_arc(self.log, self.enablement, self.understanding, self.duty)

    @cached_property
    def customer_waits(self) -> CustomerWaits:
        return CustomerWaits.of(self.log, self.understanding)

    @cached_property
    def roles(self) -> Roles:
        return Roles.of(self.log)

    @cached_property
    def duty(self) -> Duty:
        """Who is on duty when: as configured, else as found in the log."""
        return Duty.of(self.log, self.roles, self.understanding, self.settings.calendar)

    @cached_property
    def calendar(self) -> CalendarUsed:
        """The calendars that business figures rest on, over the period of the log."""
        calendars, log = self.duty.calendars, self.log
        first, last = (np.full(len(calendars), end) for end in (case_begin(log).min(), log.case_end.max()))
        return CalendarUsed.of(self.duty, np.arange(len(calendars)), first, last)

    @cached_property
    def quality(self) -> tuple[QualityFinding, ...]:
        """What a reader must know about the data, gravest first, then by code: found in reading, in the finished log, and against the
        calendar; what the finished log shows takes the place of what reading said under the same code.
        """
        found = {finding.code: finding for finding in (*self.log.quality, *imperfections(self.log), *self.duty.quality())}
        return tuple(sorted(found.values(), key=lambda finding: (GRAVITY[finding.severity], finding.code)))

    @cached_property
    def causes(self) -> WaitingCauses:
        """Why each instance waited."""
        return WaitingCauses.of(self.log, self.enablement, self.understanding, self.customer_waits, self.duty)

    @cached_property
    def waiting_by_cause(self) -> WaitByCause:
        """Why each activity waited."""
        return WaitByCause.of(self.waiting, self.enablement, self.causes)

    @cached_property
    def arcs_by_cause(self) -> WaitByCause:
        """Why each activity waited, by the one that had made it possible."""
        return WaitByCause.of(self.waiting_by_arc, self.enablement, self.causes)

    @cached_property
    def workload(self) -> Workload:
        return Workload.of(self.log, self.enablement, self.understanding, self.roles, self.duty, self.causes.starts.began)

    @cached_property
    def transfers(self) -> Transfers:
        """Handovers between roles, branches and channels."""
        return Transfers.of(self.log, self.enablement, self.roles)

    @cached_property
    def rework(self) -> Rework:
        return Rework.of(self.log, self.understanding, self.duty)

    @cached_property
    def loops(self) -> Loops:
        return Loops.of(self.log, self.rework.items)

    @cached_property
    def handovers(self) -> Handovers:
        return Handovers.of(self.log)

    @cached_property
    def dfg(self) -> DirectlyFollowsGraph:
        return DirectlyFollowsGraph.of(self.log)

    @cached_property
    def variants(self) -> Variants:
        return Variants.of(self.log)

    @cached_property
    def discovered(self) -> "ProcessModel":
        from bankmine.model.discovery import discover

        return discover(self.variants, self.dfg)

    @property
    def model(self) -> object:
        """pm4py's own accepting Petri net (net, initial marking, final marking)."""
        return self.discovered.petri_net

    @cached_property
    def conformance(self) -> "Fitness":
        """Fitness of the discovered model by token replay on variants."""
        from bankmine.model.conformance import replay_fitness

        return replay_fitness(self.discovered, self.variants)

    @cached_property
    def reference(self) -> "Reference":
        """What the cases are compared with: a bank's own model, the process as it is defined, where it was recognised, else the
        discovered model.
        """
        from bankmine.model.reference import Reference

        if self.own_model is not None:
            return Reference.of_file(self.own_model, self.log, self.understanding, self.endings)
        if self.understanding.definition is None:
            return Reference.discovered(self.discovered, self.variants, self.understanding)
        return Reference.defined(self.log, self.understanding, self.endings)

    @cached_property
    def deviations(self) -> "Conformance":
        """Where the cases depart from the reference, by alignments."""
        from bankmine.model.deviations import Conformance

        return Conformance.of(self.reference, self.endings.closed, self.cycle_time.of_case / SECOND)

    @cached_property
    def model_choice(self) -> "ModelChoice":
        """Discovered models side by side."""
        from bankmine.model.choice import ModelChoice

        return ModelChoice.of(self.variants, self.dfg, self.discovered)

    @cached_property
    def verdicts(self) -> Verdicts:
        """The controls on every case: those of the process and those of the configuration."""
        settings = self.settings
        own = [rule for file in settings.controls.files for rule in read_controls(settings.beside(file))]
        own += controls_of(settings.control) if settings.file is None else read_controls(settings.file, alone=False)
        rules = rules_for(self.understanding.definition, own)
        return Verdicts.of(self.log, self.understanding, rules, self.duty, self.as_of, declared=tuple(settings.activities))

    @cached_property
    def journey(self) -> Journey:
        return Journey.of(self.log, self.understanding, self.customer_waits, self.endings)

    @cached_property
    def survey(self) -> Survey | None:
        """What customers answered; None where the configuration names no file."""
        answers = answers_of(self.settings, self.zone)
        if answers is None:
            return None
        return Survey.of(
            answers,
            self.log,
            self.understanding,
            self.endings,
            self.cycle_time.of_case,
            self.journey.stages,
            self.settings.privacy.minimum_cases,
        )

    @cached_property
    def experience(self) -> ExperienceMap:
        return ExperienceMap.of(self.journey, self.survey, self.settings.survey.scale)

    @cached_property
    def kpis(self) -> Kpis:
        """The indicators of plan §10.1 as they stand."""
        return Kpis.of(
            self.log,
            self.understanding,
            self.endings,
            self.cycle_time,
            self.rework,
            self.handovers,
            self.workload,
            self.journey,
            self.verdicts.cases,
        )

    @cached_property
    def training(self) -> TrainingNeeds:
        small = self.settings.privacy
        return TrainingNeeds.of(
            self.log, self.understanding, self.rework.items, minimum_cases=small.minimum_cases, minimum_people=small.minimum_people
        )

    @cached_property
    def drift(self) -> Drift:
        """Whether waits and rework have changed their level over the weeks."""
        return Drift.of(self.log, self.understanding, self.enablement, self.rework.items, self.endings.as_of)

    @cached_property
    def risk(self) -> RiskMatrix:
        """The risks of today: broken controls, and what comes of leaving the recommendations undone (plan §8.1.2)."""
        return RiskMatrix.of(self.verdicts, self.recommendations)

    @cached_property
    def twin(self) -> Twin:
        """The log's own work played through its own people and hours, and how well that foretells its waits."""
        return Twin.of(self.facts)

    def simulate(self, *changes: str | Change) -> Forecast:
        """What would happen if: changes as data or in words ("Credit officer +1"), played together.

        Raises UsageError: CHANGES_NONE, CHANGE_UNKNOWN, CHANGE_ROLE, CHANGE_STEP, CHANGE_VALUE, TWIN_UNABLE.
        """
        return self.twin.simulate(
            [parse(each, self.twin.office, self.facts) if isinstance(each, str) else each for each in changes],
            [each if isinstance(each, str) else each.said(self.twin.office).en for each in changes],
        )

    def compare(self, groups: Groups) -> Comparison:
        """Two groups of cases side by side. Raises UsageError as `Groups.of` does."""
        least = self.settings.privacy.minimum_cases
        (a, b), names, young = groups.of(self.log, self.cycle_time.of_case, self.endings.closed, least)
        return Comparison.of(a, b, names=names, minimum_cases=least, young=young)

    def segments(self, by: str) -> Segments:
        """Cases by the values of an attribute. Raises UsageError ATTRIBUTE_UNKNOWN."""
        return Segments.of(
            self.log,
            self.understanding,
            self.enablement,
            self.cycle_time.of_case,
            self.endings.closed,
            self.rework.items,
            by,
            minimum_cases=self.settings.privacy.minimum_cases,
            names=self.pseudonym,
        )

    @cached_property
    def pseudonym(self) -> Callable[[str], str]:
        """A person as the results name them."""
        return str if self.settings.privacy.people == "show" else Pseudonyms.of(self.log.resources).pseudonym

    @cached_property
    def root_causes(self) -> RootCauses:
        """Which attribute values go with slow or reworked cases; people only where reports may hold them and they are not too few."""
        privacy, people = self.settings.privacy, len(np.unique(self.log.resource[self.log.resource >= 0]))
        shown = privacy.people != "hide" and people >= privacy.minimum_people
        return RootCauses.of([self.segments(name) for name in (*attributes(self.log), *(("resource",) if shown else ()))])

    @cached_property
    def has(self) -> frozenset[str]:
        """Which of NEEDS the log meets, told without the measures that rest on them."""
        timed = self.log.start_known & (self.log.end != UNKNOWN_TIME)
        priority = tuple(self.settings.segments.priority)
        return needs_met(self.log, self.understanding, timed, self.customer_waits, self.roles, self.duty, self.verdicts, priority)

    @cached_property
    def facts(self) -> Facts:
        return Facts.of(
            self.log,
            self.understanding,
            self.enablement,
            self.cycle_time,
            self.rework,
            self.handovers,
            self.customer_waits,
            self.endings,
            self.roles,
            self.duty,
            self.causes,
            self.workload,
            self.verdicts,
            self.training,
            self.drift,
            tuple(self.settings.segments.priority),
        )

    @cached_property
    def patterns(self) -> tuple[Pattern, ...]:
        return patterns(self.settings.rules)

    @cached_property
    def _replay(self) -> Replay:
        return Replay(self.facts)

    @cached_property
    def candidates(self) -> list[Candidate]:
        """Every finding, listed or not, with what it would save."""
        found = [(p, finding) for p in self.patterns if not p.missing(self.facts) for finding in p.find(self.facts)]
        return candidates_of(self.facts, found, self._replay)

    @cached_property
    def advising_twin(self) -> Twin | Text | None:
        """What the first recommendations are played on, or why it is not set up; None where that is not wanted, or the log does not show
        queues.
        """
        if self.twin_on == "off" or not Twin.able(self.facts):
            return None
        if self.twin_on == "full" or len(self.log) <= MOST_INSTANCES:
            return self.twin
        return too_few_weeks(self.facts) or Twin.of(self.facts, MOST_INSTANCES)

    @cached_property
    def together(self) -> Together | None:
        """What the first three recommendations save together, of those that the twin has played, against their sum."""
        plays = {item.recommendation.rank: item.play for item in self.listed[:3] if item.play is not None}
        return together(self.advising_twin, plays) if plays and isinstance(self.advising_twin, Twin) else None

    @cached_property
    def listed(self) -> list[Listed]:
        return rank(self.facts, self.candidates, Limits(), self._replay, lambda: self.advising_twin)

    @property
    def recommendations(self) -> "tuple[Recommendation, ...]":
        """What to do, best first; empty where nothing material was found."""
        return tuple(item.recommendation for item in self.listed)

    @cached_property
    def diagnoses(self) -> "tuple[Diagnosis, ...]":
        """The verdicts on the plan's six diagnoses, D1-D6."""
        return diagnose(self.facts, self.patterns, self.recommendations)

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """The reasons of the six verdicts: what was looked for, what was found, what to ask where the log is silent."""
        return statements(self.facts, self.patterns, self.candidates, self.listed, self.diagnoses)

    @cached_property
    def roadmap(self) -> tuple[Step, ...]:
        """The recommendations in the phases of the plan's timetable (plan §9.1)."""
        return roadmap(step_of(item, now=self.kpis.values) for item in self.recommendations)

    def explain(self, what: int | str) -> list[Block]:
        """What is behind a figure: the cases, rows and arithmetic of a recommendation (its rank) or a finding (PATTERN or
        PATTERN@PLACE), why a pattern is silent, the reasons of a diagnosis (D1-D6), or what made one row wait (line:NUMBER,
        line:FILE:NUMBER).
        """
        name = str(what).upper()
        if name in {claim.id for claim in CLAIMS}:
            from bankmine.report.diagnoses import statement

            return next(statement(each) for each in self.statements if each.claim.id == name)
        place = line_of(str(what))
        if place is not None:
            return self._wait_of(row_at(self.log, *place))
        return explain(self.log, self.facts, self.listed, self.candidates, self.patterns, what, self._wait_of)

    def _wait_of(self, row: int) -> list[Block]:
        parts = stretches(self.log, self.enablement, self.understanding, self.customer_waits, self.duty, self.causes, row)
        return wait_blocks(self.log, row, parts, self.calendar.text)

    def as_json(self) -> dict[str, object]:
        """The analysis as the document of schema bankmine.analysis/1."""
        from bankmine.report.document import document

        return document(self)

    def blocks(self) -> list[Block]:
        """The analysis as blocks, the same for terminal, notebook and page."""
        from bankmine.report.contents import contents

        return contents(self)

    def save(self, path: str | Path, lang: Lang = "en") -> None:
        """Writes the report as one self-contained page."""
        from bankmine.report.page import save

        save(self, Path(path), lang)

    @property
    def zone(self) -> str:
        """The zone in which its times are shown."""
        return self.log.source.timezone


@overload
def analyze(
    log: EventLog,
    process: str | Path | None = None,
    *,
    settings: Settings | None = None,
    as_of: int | None = None,
    twin: TwinOn = "window",
) -> Analysis: ...
@overload
def analyze(
    log: "SparkFrame",
    process: str | Path | None = None,
    *,
    settings: Settings | None = None,
    as_of: int | None = None,
    twin: TwinOn = "window",
    order: str | None = None,
    parts: int = 64,
    window_rows: int = 1_000_000,
) -> "PartsAnalysis": ...
def analyze(
    log: "EventLog | SparkFrame",
    process: str | Path | None = None,
    *,
    settings: Settings | None = None,
    as_of: int | None = None,
    twin: TwinOn = "window",
    order: str | None = None,
    parts: int = 64,
    window_rows: int = 1_000_000,
) -> "Analysis | PartsAnalysis":
    """The analysis of a log; nothing is computed until it is asked for. `twin`: whether the first recommendations are played on the "full"
    log, on a "window" of its last whole weeks, or not at all ("off").

    A Spark frame is measured at once, in so many parts; `order` names its column of whole numbers that orders rows of equal times, and
    at most `window_rows` of its last whole weeks are analysed here (decision 0015).

    Raises UsageError for an unknown process, step, rule or threshold when the part that needs it is asked for.
    """
    settings = settings or Settings()
    if isinstance(log, EventLog):
        return Analysis(log, process, settings, as_of, twin)
    from bankmine.scale.answer import PartsAnalysis
    from bankmine.scale.reading import How
    from bankmine.scale.spark import from_frame
    from bankmine.scale.whole import Wanted

    named = None if process is None else str(process)
    how = How(settings=settings)
    answers = answers_of(settings, how.zone or DEFAULT_ZONE)
    wanted = Wanted(partial(meaning, process=process, settings=settings), as_of, settings.calendar, parts, answers=answers)
    lying = from_frame(log, how, parts, order)
    return PartsAnalysis.of(lying, wanted, settings, parts, window_rows, lambda some: Analysis(some, process, settings, as_of, twin), named)


def answers_of(settings: Settings, zone: str) -> Answers | None:
    """What customers answered, dates read in a zone; None where the configuration names no file. Raises as `Answers.read` does."""
    file = settings.survey.file
    return None if file is None else Answers.read(settings.beside(file), timezone=zone)


def own_model(process: str | Path | None) -> Path | None:
    """A process that is a BPMN file."""
    path = None if process is None else Path(process)
    return path if path is not None and path.suffix.lower() == BPMN else None


def meaning(activities: tuple[str, ...], acting: Mapping[str, Party], process: str | Path | None, settings: Settings) -> Understanding:
    """What labels mean. Raises as `Analysis.understanding` does."""
    path = own_model(process)
    if path is not None:
        from bankmine.model.bpmn import read_bpmn

        read_bpmn(path)  # a wrong model is refused by every measure, as a wrong id is
        process = None
    mapping = {
        label: entry if isinstance(entry, str) else entry.model_dump(exclude_unset=True) for label, entry in settings.activities.items()
    }
    return understand(activities, process=settings.process.id if process is None else process, mapping=mapping, actors=acting)


__all__ = ["Analysis", "analyze", "read_log"]
