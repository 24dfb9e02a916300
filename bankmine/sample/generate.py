"""A sample log of a bank's process with planted problems or none, and the truth about it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

from bankmine.errors import OutputError, UsageError
from bankmine.process.definition import ProcessDefinition
from bankmine.process.load import load
from bankmine.sample.dirt import soiled
from bankmine.sample.extra_steps import EXTRA, extended
from bankmine.sample.models import MODELS, Model
from bankmine.sample.office import OFFICE, Desk
from bankmine.sample.plant import apart, measured_in, plant
from bankmine.sample.problems import ALSO_TRUE, PROBLEMS, Problem, faults
from bankmine.sample.problems import problem as draw
from bankmine.sample.simulate import Plan, Unlike, plan, run
from bankmine.sample.staffing import placed
from bankmine.sample.table import SEGMENTS, case_ids, kept_rows, log_table, person, waits_table
from bankmine.sample.truth import PlantedTruth, Truth
from bankmine.sample.waits import CAUSES
from bankmine.words import Lang, Text

if TYPE_CHECKING:
    import polars as pl

HEALTHY_LOAD = (0.44, 0.62)
PLANTED_LOAD = (0.42, 0.52)  # the problem brings work of its own
DRAWS = 200  # of two problems that can be told apart; nearly always a few are enough


@dataclass(frozen=True, eq=False)
class Sample:
    """A log as a polars frame, in order of completion, the truth about it, and why each of its rows waited.

    `waits`: one row per row of `table`, in its order (of the clean one, where it is dirty): case_id, activity, start_time, enabled (the
    end of the row that made it possible, or the case's arrival) and the whole seconds from then on by cause, batching_s to
    unexplained_s, exclusive. `struck`: the cases that each of the truth's problems befell, in their order.
    """

    table: "pl.DataFrame"
    truth: Truth
    waits: "pl.DataFrame"
    struck: tuple[tuple[str, ...], ...]

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
    problem: str | Sequence[str] | None = None,
    lang: Lang = "en",
    healthy_faults: bool | None = None,
    size: float = 1.0,
    effect: float | Sequence[float] | None = None,
    dirty: float = 0.0,
    contractual: bool = False,
    shifts: bool = False,
    unlike: Unlike | None = None,
) -> Sample:
    """A log of `cases` cases over at least 120 days, the last of them still open.

    `problem`: a pattern of PROBLEMS to plant, or several that can be told from each other, None for a healthy bank; `healthy_faults`:
    whether the small faults of a healthy bank are planted (None: in about half of the seeds); `size`: how large the problem is, against
    at least 8 % of the time or effort; `effect`: instead, the share that the problem (each of them) is to make, reached within a
    quarter of it or as nearly as that problem can be made; the truth says what was reached; `dirty`: share of rows that are dirty as
    exports are; `contractual`: with the repayments of a loan or the holding of a product; `shifts`: people come in early or late;
    `unlike`: something that a model of the office is not told: demand that grows, clerks who are not equally quick, work that the log does
    not hold, or queues in which the last that came goes first.
    The office: Mon-Fri 09:00-17:00; work that cannot be finished by closing is begun the next morning; queues are first come,
    first served, unless the problem is another. Raises UsageError: SAMPLE_PROCESS, SAMPLE_PROBLEM, SAMPLE_PAIR.
    """
    if process not in MODELS:
        raise UsageError(
            "SAMPLE_PROCESS",
            Text(zh=f"没有「{process}」的样例", en=f"there is no sample of “{process}”"),
            Text(zh="可选：" + "、".join(MODELS), en="choose from " + ", ".join(MODELS)),
        )
    patterns = (problem,) if isinstance(problem, str) else tuple(problem or ())
    unfit = next((pattern for pattern in patterns if process not in PROBLEMS.get(pattern, ())), None)
    if unfit is not None:
        valid = ", ".join(code for code, processes in PROBLEMS.items() if process in processes)
        raise UsageError(
            "SAMPLE_PROBLEM",
            Text(zh=f"「{process}」中不能植入「{unfit}」", en=f"“{unfit}” cannot be planted in “{process}”"),
            Text(zh=f"可选：{valid}", en=f"choose from {valid}"),
        )
    model, definition = extended(MODELS[process], patterns), load(process)
    rng = np.random.default_rng([seed, crc32(f"{process}/{'+'.join(patterns) or None}".encode())])
    by_chance = bool(rng.random() < 0.5)
    small = faults(rng, small_faults=by_chance if healthy_faults is None else healthy_faults)
    scheme = plan(
        model,
        definition,
        seed=seed,
        cases=cases,
        load=PLANTED_LOAD if patterns else HEALTHY_LOAD,
        faults=small,
        contractual=contractual,
        shifts=shifts,
        unlike=unlike,
        rng=rng,
    )
    planted, outcome, usual = [], None, scheme.desks
    if patterns:
        wanted = [effect] * len(patterns) if effect is None or isinstance(effect, int | float) else list(effect)
        drawn = [each.scaled(size) for each in _drawn(patterns, model, definition, rng)]
        scheme, outcome, planted = plant(scheme, drawn, size, wanted)
    else:
        outcome = run(scheme)
    kept = kept_rows(scheme, outcome.rows)
    roles = {name: role.name.of(lang) for name, role in model.roles.items()}
    truth = Truth(
        process,
        seed,
        cases,
        lang,
        tuple(
            PlantedTruth(
                each.problem.pattern,
                _label(scheme, placed(each.problem, model, kept).step, lang),
                round(each.effect, 4),
                measured_in(each.problem.pattern),
                round(each.cost_s, 1),
                len(each.struck),
                ALSO_TRUE.get(each.problem.pattern, ()),
                _remedy(scheme, each.problem, usual, lang),
            )
            for each in planted
        ),
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
        dirty,
        {"segments": {"priority": [SEGMENTS["P19"][0].of(lang)]}} if "P19" in patterns else {},
    )
    segmented = next((each.problem for each in planted if each.problem.pattern in SEGMENTS), None)
    struck = tuple(tuple(case_ids(scheme, np.array(sorted(each.struck), dtype=np.int64))) for each in planted)
    offices = any(each.problem.how == "branch" for each in planted)
    table = log_table(scheme, kept, lang, segmented=segmented, offices=offices)
    return Sample(soiled(table, dirty, seed), truth, waits_table(scheme, kept, lang), struck)


def _drawn(patterns: Sequence[str], model: Model, definition: ProcessDefinition, rng: np.random.Generator) -> list[Problem]:
    """One problem of each pattern, drawn anew until they can be told apart."""
    for _ in range(DRAWS):
        drawn = [draw(pattern, model, definition, rng) for pattern in patterns]
        if all(apart(one, other, model) for one, other in combinations(drawn, 2)):
            return drawn
    names = ", ".join(patterns)
    raise UsageError(
        "SAMPLE_PAIR",
        Text(zh=f"{names} 在「{model.process}」中无法区分", en=f"{names} cannot be told apart in “{model.process}”"),
        Text(zh="换一组问题或换一个流程", en="choose other problems, or another process"),
    )


def _label(scheme: Plan, step: str, lang: Lang) -> str:
    of = scheme.definition.step(step)
    assert of is not None, f"{step} is a step of the definition"
    return of.name.of(lang)


def _remedy(scheme: Plan, problem: Problem, usual: Mapping[str, Desk], lang: Lang) -> tuple[str, ...]:
    """The changes that undo a problem: the desk as it `usual`ly is, the needless step left out, work taken up at once."""

    def label(step: str) -> str:
        return _label(scheme, step, lang)

    if problem.pattern in EXTRA:
        return (f"{label(problem.step)} removed",)
    if problem.pattern == "P04":
        return (f"parallel {label(problem.path[0])}, {label(problem.path[1])}",)
    if problem.pattern == "P11":
        return (f"{label(problem.step)} batch 1",)
    if problem.pattern == "P29":
        return (f"{label(problem.step)} picked up",)
    if problem.pattern in ("P08", "P09", "P10") or (problem.pattern == "P12" and problem.how != "arrivals"):
        role, now, before = scheme.model.roles[problem.role].name.of(lang), scheme.desks[problem.role], usual[problem.role]
        hours = (f"{role} hours {before.hours.text}",) if now.hours != before.hours else ()
        people = (f"{role} {before.people - now.people:+d}",) if now.people != before.people else ()
        order = (f"{role} first come",) if now.named or now.order != before.order else ()
        return (*hours, *people, *order)
    return ()


def _write_frame(frame: "pl.DataFrame", file: Path) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        frame.write_csv(file, datetime_format="%Y-%m-%d %H:%M:%S")
    except OSError as error:
        raise cannot_write(file, error) from error


def write_json(file: Path, content: object) -> None:
    write_text(file, json.dumps(content, ensure_ascii=False, indent=2) + "\n")


def write_text(file: Path, content: str) -> None:
    """Raises OutputError: OUTPUT."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8", newline="\n")
    except OSError as error:
        raise cannot_write(file, error) from error


def cannot_write(file: Path, error: OSError) -> OutputError:
    return OutputError(
        "OUTPUT",
        Text(zh=f"无法写入（{error.strerror}）", en=f"cannot be written ({error.strerror})"),
        Text(zh="检查磁盘空间和权限，或换一个文件夹", en="check disk space and rights, or choose another folder"),
        file=str(file),
    )
