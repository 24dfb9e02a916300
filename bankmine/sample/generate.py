"""A sample log of a bank's process with at most one planted problem, and the truth about it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

from bankmine.errors import OutputError, UsageError
from bankmine.process.load import load
from bankmine.sample.models import MODELS
from bankmine.sample.problems import ALSO_TRUE, LEAST_EFFECT, MEASURED_IN, PROBLEMS, Problem, faults
from bankmine.sample.problems import problem as draw
from bankmine.sample.simulate import Plan, Run, plan, run
from bankmine.sample.world import CUSTOMER, SYSTEM, Row
from bankmine.words import Lang, Text

if TYPE_CHECKING:
    import polars as pl

MONDAY = np.datetime64("2024-01-01", "us")  # time 0, on the bank's wall clock
STRONGER = 1.35
ATTEMPTS = 6
HEALTHY_LOAD = (0.44, 0.62)
PLANTED_LOAD = (0.42, 0.52)  # the problem brings work of its own
ACTORS = {CUSTOMER: Text(zh="客户", en="Customer"), SYSTEM: Text(zh="系统", en="System")}
CHANNELS = (Text(zh="柜面", en="branch"), Text(zh="网上银行", en="online"), Text(zh="手机银行", en="mobile"))
COLUMNS = (
    Text(zh="业务编号", en="case_id"),
    Text(zh="环节", en="activity"),
    Text(zh="开始时间", en="start_time"),
    Text(zh="完成时间", en="end_time"),
    Text(zh="经办人", en="resource"),
    Text(zh="岗位", en="role"),
    Text(zh="渠道", en="channel"),
    Text(zh="产品", en="product"),
    Text(zh="金额", en="amount"),
)


@dataclass(frozen=True, slots=True)
class Truth:
    """What was planted, as the event loop knows it.

    `effect`: share that the problem makes of `measured_in`: cycle_time or touch_time, against a run of the same seed without it,
    or cases with a breach. `also_true`: patterns that are rightly found at the same activity. `faults`: shares of small faults.
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
        }


@dataclass(frozen=True, eq=False)
class Sample:
    """A log as a polars frame, in order of completion, and the truth about it."""

    table: "pl.DataFrame"
    truth: Truth

    def write(self, folder: str | Path, name: str | None = None) -> Path:
        """Writes NAME.csv (by default the process) and NAME.truth.json; the same seed gives the same bytes.

        Raises OutputError: OUTPUT.
        """
        name = name or self.truth.process
        file = Path(folder) / f"{name}.csv"
        self.write_csv(file)
        write_json(Path(folder) / f"{name}.truth.json", self.truth.as_json())
        return file

    def write_csv(self, file: Path) -> None:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            self.table.write_csv(file, datetime_format="%Y-%m-%d %H:%M:%S")
        except OSError as error:
            raise cannot_write(file, error) from error


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
) -> Sample:
    """A log of `cases` cases over at least 120 days, the last of them still open.

    `problem`: a pattern of PROBLEMS to plant, None for a healthy bank; `healthy_faults`: whether the small faults of a healthy
    bank are planted (None: in about half of the seeds); `size`: how large the problem is, against at least 8 % of the time or
    effort; `contractual`: with the repayments of a loan or the holding of a product.
    The office: Mon-Fri 09:00-17:00; work that cannot be finished by closing is begun the next morning; queues are first come,
    first served. Raises UsageError: SAMPLE_PROCESS, SAMPLE_PROBLEM.
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
        rng=rng,
    )
    healthy = run(scheme, None)
    planted, outcome, effect = (
        (None, healthy, None)
        if problem is None
        else _plant(scheme, healthy, draw(problem, model, definition, rng).scaled(size), LEAST_EFFECT[_measured_in(problem)] * size)
    )
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
        {model.roles[name].name.of(lang): round(value, 3) for name, value in outcome.load.items()},
    )
    return Sample(_table(scheme, outcome.rows, lang), truth)


def _plant(scheme: Plan, healthy: Run, problem: Problem, least: float) -> tuple[Problem, Run, float]:
    """The problem, its run and its effect; made stronger until it weighs at least `least`."""
    for attempt in range(ATTEMPTS):
        outcome = run(scheme, problem)
        effect = {
            "touch_time": 1 - healthy.touch / outcome.touch,
            "cycle_time": 1 - healthy.cycle / outcome.cycle,
            "cases": _breaches(scheme, outcome, problem),
        }[_measured_in(problem.pattern)]
        if effect >= least or attempt == ATTEMPTS - 1:
            break
        problem = problem.scaled(STRONGER)
    return problem, outcome, effect


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


def _table(scheme: Plan, rows: list[Row], lang: Lang) -> "pl.DataFrame":
    """Rows that were complete when the window closed, in order of completion."""
    import polars as pl

    kept = sorted((row for row in rows if row.end <= scheme.window), key=lambda row: (row.end, row.start, row.case))
    case = np.array([row.case for row in kept], dtype=np.int64)
    labels = {step.id: step.name.of(lang) for step in scheme.definition.steps}
    roles = {name: role.name.of(lang) for name, role in scheme.model.roles.items()} | {name: text.of(lang) for name, text in ACTORS.items()}
    people = {name: text.of(lang) for name, text in ACTORS.items()}
    rng = np.random.default_rng([scheme.seed, crc32(b"attributes")])
    total = len(scheme.arrivals)
    shares = np.array([share for _, share in scheme.model.products])
    product = rng.choice(len(shares), size=total, p=shares / shares.sum())
    channel = np.where(scheme.in_branch, 0, 1 + (rng.random(total) < 0.5))
    amount = (np.round(scheme.model.median_amount * np.exp(0.8 * scheme.amounts()) / 100) * 100).astype(np.int64)
    width = max(6, len(str(total)))

    def times(values: list[float]) -> np.ndarray:
        return MONDAY + np.round(np.array(values)).astype("timedelta64[s]")

    data = (
        [f"{scheme.model.prefix}{number + 1:0{width}d}" for number in case.tolist()],
        [labels[row.step] for row in kept],
        times([row.start for row in kept]),
        times([row.end for row in kept]),
        [people.get(row.resource) or _person(row.resource, roles) for row in kept],
        [roles[row.role] for row in kept],
        [CHANNELS[code].of(lang) for code in channel[case].tolist()],
        [scheme.model.products[code][0].of(lang) for code in product[case].tolist()],
        amount[case],
    )
    return pl.DataFrame({column.of(lang): values for column, values in zip(COLUMNS, data, strict=True)})


def _person(name: str, roles: dict[str, str]) -> str:
    role, _, number = name.rpartition("-")
    return f"{roles[role]}-{number}"


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
