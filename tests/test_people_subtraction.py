"""No figure of a few people's cases is got back from what is shown of others, by subtraction or otherwise (trust.md T10).

A figure is a sum over some cases divided by their known number: an equation in the sums over the kinds of case that no group parts. The
test solves these equations: from what is shown no sum over kinds with fewer cases together than the minimum may follow.
"""

import io
import itertools
import json
from contextlib import redirect_stdout
from pathlib import Path

import fastexcel
import numpy as np
import pytest

from bankmine.cli import main
from bankmine.measure.small_groups import told

LEAST = 10
# How a case goes on, and the groups of answers that count it.
ALWAYS = {"All that answered", "Stage: Bank handles"}
SOLD, LEFT = "Outcome: completed", "Outcome: withdrawn by the customer"
WAYS = {
    "declined": ("Submit application 1|Check 3|Reject loan 5", {*ALWAYS, "Stage: Apply", "Outcome: declined"}),
    "sold": ("Submit application 1|Check 3|Send offer 5|Disburse loan 9", {*ALWAYS, "Stage: Apply", "Stage: Offer and answer", SOLD}),
    "left": (
        "Submit application 1|Check 3|Send offer 5|Withdraw application 7",
        {*ALWAYS, "Stage: Apply", "Stage: Offer and answer", LEFT},
    ),
    "open": ("Submit application 1|Check 3", {*ALWAYS, "Stage: Apply"}),
    "at the desk": ("Check 3|Reject loan 5", {*ALWAYS, "Outcome: declined"}),
}


ADDS_UP = {"mean", "mean_s", "total_s", "share", "rework_share", "came_back", "score"}
COUNTS = ("cases", "answers", "count", "items")


def got_back(size: list[int], equations: list[np.ndarray]) -> list[tuple[int, ...]]:
    """Sets of kinds, by number, with fewer cases together than the minimum, whose sum follows from the equations; `size`: cases by kind."""
    known = np.array(equations, dtype=float).reshape(-1, len(size))
    rank = np.linalg.matrix_rank(known)
    return [
        chosen
        for several in range(1, len(size) + 1)
        for chosen in itertools.combinations(range(len(size)), several)
        if 0 < sum(size[k] for k in chosen) < LEAST
        and np.linalg.matrix_rank(np.vstack([known, np.isin(np.arange(len(size)), chosen)])) == rank
    ]


def lone(found: object, place: str = "") -> list[str]:
    """Tables of a document in which a figure that adds up is left out for one row of a group alone, of fewer cases than the minimum."""
    if isinstance(found, dict):
        return [each for name, part in found.items() for each in lone(part, f"{place}.{name}")]
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        return []
    several = [each for row in found for each in lone(row, place)]
    for _, rows in itertools.groupby(sorted(found, key=_group), _group):
        table = list(rows)
        for name in ADDS_UP & set(table[0]):
            out = [next((row[count] for count in COUNTS if count in row), None) for row in table if row[name] is None]
            several += [f"{place}.{name}"] if len(out) == 1 < len(table) and out[0] is not None and 0 < out[0] < LEAST else []
    return several


def _group(row: dict[str, object]) -> str:
    return str([row.get(name) for name in ("group", "attribute", "by", "kind", "dimension")])


def run(*arguments: object) -> str:
    out = io.StringIO()
    with redirect_stdout(out):
        assert main([*map(str, arguments), "-q"]) == 0, out.getvalue()
    return out.getvalue()


def written(folder: Path, cases: list[tuple[str, str, int, bool]]) -> Path:
    """A log of cases: how each goes, its channel, how many hours more its first step took, whether it is checked twice."""
    rows = ["case,activity,end,resource,channel"]
    for number, (way, channel, late, again) in enumerate(cases):
        steps = [step.rsplit(" ", 1) for step in WAYS[way][0].replace("Check 3", "Check 3|Check 4" if again else "Check 3").split("|")]
        for place, (step, day) in enumerate(steps):
            at = f"2026-03-{int(day) + number % 17:02d} {9 + (late if place == 0 else 0):02d}:{number % 60:02d}"
            rows.append(f"c{number},{step},{at},{('ann', 'bob', 'cyd', 'dan')[(number + place) % 4]},{channel}")
    (folder / "log.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder / "log.csv"


def test_the_solver_finds_what_a_total_gives_back() -> None:
    total, first, second = np.array([1, 1, 1]), np.array([1, 0, 0]), np.array([0, 1, 0])
    assert got_back([30, 20, 4], [total, first, second]) == [(2,)]
    assert got_back([30, 20, 4], [total, first]) == []
    rows = [{"cases": 30, "share": 0.5}, {"cases": 20, "share": 0.4}, {"cases": 4, "share": None}]
    assert lone({"a": {"b": rows}}) == [".a.b.share"] and lone([*rows, {"cases": 9, "share": None}]) == []


@pytest.mark.parametrize("seed", range(20))
def test_groups_that_overlap_give_no_small_one_back(seed: int) -> None:
    random = np.random.default_rng(seed)
    size = random.integers(1, 2 * LEAST, 5)
    groups = [np.ones(5, dtype=bool), *(random.random((4, 5)) < 0.5)]
    shown = told([np.repeat(group, size) for group in groups], LEAST)
    assert shown[0] and got_back(size.tolist(), [group for group, one in zip(groups, shown, strict=True) if one]) == []


def test_where_there_are_too_many_kinds_to_go_through_only_all_is_told() -> None:
    groups = [np.ones(40, dtype=bool), *(np.random.default_rng(0).random((8, 40)) < 0.5)]
    assert told(groups, LEAST) == [True] + [False] * 8 and not any(told(groups, 41))


@pytest.mark.parametrize(
    ("answers", "hidden"),
    [
        ({"declined": 30, "sold": 20, "left": 4}, {LEFT, SOLD}),  # all less declined and sold, a stage less the next
        ({"declined": 30, "sold": 20, "open": 3}, {SOLD, "Stage: Offer and answer"}),  # all less every outcome
        ({"declined": 30, "sold": 20, "at the desk": 2}, {"Stage: Apply"}),  # all less a stage
        ({"declined": 30, "sold": 20, "left": 12}, set()),
    ],
)
def test_no_score_of_a_few_customers_is_given_back(answers: dict[str, int], hidden: set[str], tmp_path: Path) -> None:
    ways = [way for way, several in answers.items() for _ in range(several)]
    log = written(tmp_path, [(way, "web", 0, False) for way in ways])
    scores = "".join(f"c{number},{1 + number % 5}\n" for number in range(len(ways)))
    (tmp_path / "answers.csv").write_text("case,score\n" + scores, encoding="utf-8")
    (tmp_path / "bankmine.toml").write_text('[survey]\nfile = "answers.csv"\n', encoding="utf-8")
    run("analyze", log, "--process", "loan", "--config", tmp_path / "bankmine.toml", "--twin", "off",
        "--json", tmp_path / "r.json", "--excel", tmp_path / "r.xlsx", "--lang", "en")  # fmt: skip
    made = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    rows = made["survey"]["scores"]
    assert lone(made) == []
    assert {r["name"]["en"]: r["answers"] for r in rows} == {
        name: count for name in {r["name"]["en"] for r in rows} if (count := sum(n for way, n in answers.items() if name in WAYS[way][1]))
    }
    book = fastexcel.read_excel(tmp_path / "r.xlsx")
    sheet = next(s for s in (book.load_sheet(n).to_polars() for n in book.sheet_names) if "Mean" in s.columns and "Scores" in s.columns)
    in_sheet = {name for name, mean in sheet.select("Of", "Mean").iter_rows() if mean != "unknown"}
    assert {r["name"]["en"] for r in rows if r["mean"] is not None} == in_sheet == {r["name"]["en"] for r in rows} - hidden
    equations = [np.array([name in WAYS[way][1] for way in answers]) for name in in_sheet]
    assert got_back(list(answers.values()), equations) == []


@pytest.mark.parametrize(
    "channels",
    [
        {"web": 40, "post": 20, "desk": 4},  # the total less two
        {"web": 40, "post": 20, "": 3},  # the total less all that have a channel
        {"web": 40, "post": 20, "desk": 6, "": 2},
        {"web": 40, "post": 20, "desk": 4, "": 15},  # those with a channel less two
        {"web": 40, "post": 20, "desk": 6, "phone": 3},
        {"web": 40, "post": 4},
        {"web": 40, "": 4},
    ],
)
def test_no_rework_of_a_few_cases_is_given_back(channels: dict[str, int], tmp_path: Path) -> None:
    cases = [("declined", channel, 0, number % 3 == 0) for channel, several in channels.items() for number in range(several)]
    log = written(tmp_path, cases)
    rows = json.loads(run("segments", log, "--by", "channel", "--process", "loan", "--format", "json"))
    every, size = np.array([*channels.values()]), [*channels.values()]
    missing = channels.get("", 0)
    # Set against all other cases, those without a value among them where these are few.
    pool = np.array([name != "" or missing < LEAST for name in channels])
    equations = [np.ones(len(size))]  # the share of all cases stands among the indicators
    for row in rows:
        own = np.array([name == row["value"] for name in channels])
        if row["rework_share"] is not None:
            equations.append(own)
        if row["rework_difference"] is not None:
            equations.append(own / row["cases"] - (pool & ~own) / every[pool & ~own].sum())
    assert got_back(size, equations) == []
    assert any(row["rework_share"] is not None for row in rows) or len(channels) == 2, "something is still told"


def test_ranks_do_not_tell_how_long_a_few_cases_took(tmp_path: Path) -> None:
    """Each value's rank against the others depends on all that are compared, so the few are not among them."""

    def shown(late: int, folder: str) -> list[dict[str, object]]:
        (tmp_path / folder).mkdir()
        cases = [("sold", channel, number % 9, False) for channel, several in (("web", 40), ("post", 20)) for number in range(several)]
        log = written(tmp_path / folder, cases + [("sold", "desk", late, False)] * 4)
        run("analyze", log, "--process", "loan", "--twin", "off", "--json", tmp_path / folder / "r.json")
        made = json.loads((tmp_path / folder / "r.json").read_text(encoding="utf-8"))
        assert lone(made) == []
        return [row for row in made["root_causes"] if row["attribute"] == "channel"]

    late, early = shown(9, "late"), shown(0, "early")
    assert late == early and [row["value"] for row in late if row["cycle_delta"] is None] == ["desk"]


def test_a_value_with_few_cases_is_not_shown_beside_another(tmp_path: Path, capsys) -> None:
    log = written(tmp_path, [("sold", channel, 0, False) for channel, several in (("web", 40), ("desk", 4)) for _ in range(several)])
    assert main(["segments", str(log), "--by", "channel", "--versus", "web", "desk", "-q"]) == 2
    said = capsys.readouterr()
    assert "GROUP_SMALL" in said.err and "fewer than 10 cases" in said.err and not said.out
