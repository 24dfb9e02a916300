"""A sample log of a bank's process with at most one planted problem, and the truth about it."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

from bankmine.errors import OutputError, UsageError
from bankmine.process.load import load
from bankmine.sample.models import MODELS
from bankmine.sample.office import OFFICE
from bankmine.sample.problems import ALSO_TRUE, LEAST_EFFECT, MEASURED_IN, OF_A_ROLE, PROBLEMS, Problem, faults
from bankmine.sample.problems import problem as draw
from bankmine.sample.simulate import Plan, Run, plan, run
from bankmine.sample.staffing import arranged, befallen, calibrated, placed
from bankmine.sample.table import kept_rows, log_table, person, waits_table
from bankmine.sample.waits import CAUSES
from bankmine.words import Lang, Text

if TYPE_CHECKING:
    import polars as pl

STRONGER = 1.35
ATTEMPTS = 6
HEALTHY_LOAD = (0.44, 0.62)
PLANTED_LOAD = (0.42, 0.52)  # the problem brings work of its own


@dataclass(frozen=True, slots=True)
class Truth:
    """What was planted, as the event loop knows it.

    `effect`: share that the problem makes of `measured_in`: cycle_time or touch_time, against a run of the same seed without it; or of
    all cycle time what those lose that are slower than in that run (overtaken); or cases with a breach. `also_true`: patterns that are
    rightly found at the same activity. `faults`: shares of small faults. `hours`: when the bank is open; `role_hours`,
    `people_hours`: the roles, and the people within their roles, that work at other hours. `causes`: all seconds waited, by cause.
    """

    process: str
    seed: int
    cases: int
    lang: Lang
    pattern: str | None
    activity: str | None
    effect: float | None
    measured_in: str | None
    struck_cases: int
    also_true: tuple[str, ...]
    faults: dict[str, float]
    load: dict[str, float]
    hours: str
    role_hours: dict[str, str]
    people_hours: dict[str, str]
    causes: dict[str, int]

    def as_json(self) -> dict[str, object]:
        planted = (
            None
            if self.pattern is None
            else {
                "pattern": self.pattern,
                "activity": self.activity,
                "effect": self.effect,
                "measured_in": self.measured_in,
                "struck_cases": self.struck_cases,
                "also_true": list(self.also_true),
            }
        )
        return {
            "process": self.process,
            "seed": self.seed,
            "cases": self.cases,
            "lang": self.lang,
            "problem": planted,
            "small_faults": self.faults,
            "load": self.load,
            "hours": self.hours,
            "role_hours": self.role_hours,
            "people_hours": self.people_hours,
            "causes": self.causes,
        }


@dataclass(frozen=True, eq=False)
class Sample:
    """A log as a polars frame, in order of completion, the truth about it, and why each of its rows waited.

    `waits`: one row per row of `table`, in its order: case_id, activity, start_time, enabled (the end of the row that made it
    possible, or the case's arrival) and the whole seconds from then on by cause, batching_s to unexplained_s, exclusive.
    """

    table: "pl.DataFrame"
    truth: Truth
    waits: "pl.DataFrame"

    def write(self, folder: str | Path, name: str | None = None) -> Path:
        """Writes NAME.csv (by default the process), NAME.waits.csv and NAME.truth.json; the same seed gives the same bytes.

        Raises OutputError: OUTPUT.
        """
        name = name or self.truth.process
        file = Path(folder) / f"{name}.csv"
        self.write_csv(file)
        self.write_waits(file.with_name(f"{name}.waits.csv"))
        write_json(Path(folder) / f"{name}.truth.json", self.truth.as_json())
        return file

    def write_csv(self, file: Path) -> None:
        _write_frame(self.table, file)

    def write_waits(self, file: Path) -> Path:
        _write_frame(self.waits, file)
        return file


def generate(
    process: str,
    *,
    seed: int,
    cases: int = 1000,
    problem: str | None = None,
    lang: Lang = "en",
    healthy_faults: bool | None = None,
    size: float = 1.0,
    contractual: bool = False,
    shifts: bool = False,
) -> Sample:
    """A log of `cases` cases over at least 120 days, the last of them still open.

    `problem`: a pattern of PROBLEMS to plant, None for a healthy bank; `healthy_faults`: whether the small faults of a healthy
    bank are planted (None: in about half of the seeds); `size`: how large the problem is, against at least 8 % of the time or
    effort; `contractual`: with the repayments of a loan or the holding of a product; `shifts`: people come in early or late.
    The office: Mon-Fri 09:00-17:00; work that cannot be finished by closing is begun the next morning; queues are first come,
    first served, unless the problem is another. Raises UsageError: SAMPLE_PROCESS, SAMPLE_PROBLEM.
    """
    if process not in MODELS:
        raise UsageError(
            "SAMPLE_PROCESS",
            Text(zh=f"没有「{process}」的样例", en=f"there is no sample of “{process}”"),
            Text(zh="可选：" + "、".join(MODELS), en="choose from " + ", ".join(MODELS)),
        )
    if problem is not None and process not in PROBLEMS.get(problem, ()):
        valid = ", ".join(code for code, processes in PROBLEMS.items() if process in processes)
        raise UsageError(
            "SAMPLE_PROBLEM",
            Text(zh=f"「{process}」中不能植入「{problem}」", en=f"“{problem}” cannot be planted in “{process}”"),
            Text(zh=f"可选：{valid}", en=f"choose from {valid}"),
        )
    model, definition = MODELS[process], load(process)
    rng = np.random.default_rng([seed, crc32(f"{process}/{problem}".encode())])
    by_chance = bool(rng.random() < 0.5)
    small = faults(rng, small_faults=by_chance if healthy_faults is None else healthy_faults)
    scheme = plan(
        model,
        definition,
        seed=seed,
        cases=cases,
        load=HEALTHY_LOAD if problem is None else PLANTED_LOAD,
        faults=small,
        contractual=contractual,
        shifts=shifts,
        rng=rng,
    )
    planted, effect = None, None
    if problem is None:
        outcome = run(scheme, None)
    else:
        planted, scheme, outcome, effect = _plant(scheme, draw(problem, model, definition, rng).scaled(size), size)
    kept = kept_rows(scheme, outcome.rows)
    if planted is not None:
        planted = placed(planted, model, kept)
    roles = {name: role.name.of(lang) for name, role in model.roles.items()}
    truth = Truth(
        process,
        seed,
        cases,
        lang,
        problem,
        _label(scheme, planted.step, lang) if planted else None,
        None if effect is None else round(effect, 4),
        _measured_in(problem) if problem else None,
        len(outcome.struck),
        ALSO_TRUE.get(problem, ()) if problem else (),
        {name: round(getattr(small, name), 4) for name in small.__slots__},
        {roles[name]: round(value, 3) for name, value in outcome.load.items()},
        OFFICE.text,
        {roles[name]: desk.hours.text for name, desk in scheme.desks.items() if desk.hours != OFFICE},
        {
            person(desk.name_of(name, number), roles): desk.of(number).text
            for name, desk in scheme.desks.items()
            for number in range(desk.people)
            if desk.of(number) != desk.hours
        },
        {name: sum(row.parts[c] for row in kept) for c, name in enumerate(CAUSES)},
    )
    return Sample(log_table(scheme, kept, lang), truth, waits_table(scheme, kept, lang))


def _plant(scheme: Plan, problem: Problem, size: float) -> tuple[Problem, Plan, Run, float]:
    """The problem, the plan with it, its run and its effect; made stronger until it weighs enough."""
    usual, least = run(scheme, None), LEAST_EFFECT[_measured_in(problem.pattern)] * size
    for attempt in range(ATTEMPTS):
        as_heavy = calibrated(scheme, problem, usual)
        healthy = usual if as_heavy is scheme else run(as_heavy, None)
        changed = arranged(as_heavy, problem)
        outcome = run(changed, problem)
        effect = _effect(scheme, problem, healthy, outcome)
        if effect >= least or attempt == ATTEMPTS - 1:
            break
        problem = problem.scaled(STRONGER)
    if problem.pattern in OF_A_ROLE:
        outcome = replace(outcome, struck=frozenset(row.case for row in befallen(problem, outcome.rows)))
    return problem, changed, outcome, effect


def _effect(scheme: Plan, problem: Problem, healthy: Run, outcome: Run) -> float:
    measured_in = _measured_in(problem.pattern)
    if measured_in == "cases":
        return _breaches(scheme, outcome, problem)
    if measured_in == "touch_time":
        return 1 - healthy.touch / outcome.touch
    total = sum(outcome.cycle.values())
    if measured_in == "overtaken":
        return sum(max(outcome.cycle[case] - usual, 0) for case, usual in healthy.cycle.items()) / total
    return 1 - sum(healthy.cycle.values()) / total


def _measured_in(pattern: str) -> str:
    return MEASURED_IN.get(pattern, "cycle_time")


def _breaches(scheme: Plan, outcome: Run, problem: Problem) -> float:
    """Share of cases with a breach among those that reached the step that it concerns."""
    step = scheme.definition.step(problem.step)
    reached = problem.step if problem.pattern == "P22" or step is None or step.before is None else step.before
    cases = {row.case for row in outcome.rows if row.step == reached}
    return len(cases & outcome.struck) / max(len(cases), 1)


def _label(scheme: Plan, step: str, lang: Lang) -> str:
    of = scheme.definition.step(step)
    assert of is not None, f"{step} is a step of the definition"
    return of.name.of(lang)


def _write_frame(frame: "pl.DataFrame", file: Path) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        frame.write_csv(file, datetime_format="%Y-%m-%d %H:%M:%S")
    except OSError as error:
        raise cannot_write(file, error) from error


def write_json(file: Path, content: object) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise cannot_write(file, error) from error


def cannot_write(file: Path, error: OSError) -> OutputError:
    return OutputError(
        "OUTPUT",
        Text(zh=f"无法写入（{error.strerror}）", en=f"cannot be written ({error.strerror})"),
        Text(zh="检查磁盘空间和权限，或换一个文件夹", en="check disk space and rights, or choose another folder"),
        file=str(file),
    )
