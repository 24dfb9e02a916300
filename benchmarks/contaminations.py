"""Sample logs spoilt in the ways of the event-log imperfection patterns, with the rows that were touched.

Written from the description of each pattern, not from the rules that look for it: a contamination takes a clean table and returns it
with a column HIT, which marks the rows that a reader should be told about. About 5 % of the events, cases or labels are touched.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

HIT = "hit"
SHARE = 0.05
CASE, ACTIVITY, START, END, RESOURCE, ROLE, CHANNEL, PRODUCT, AMOUNT = range(9)
Spoil = Callable[[pl.DataFrame, np.random.Generator], pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Contamination:
    """`codes`: the findings that tell of it; `unit`: what is counted as touched and as found: rows, cases, or labels."""

    name: str
    codes: tuple[str, ...]
    unit: str
    spoil: Spoil


def language(table: pl.DataFrame) -> str:
    return "zh" if table.columns[CASE] == "业务编号" else "en"


def marked(table: pl.DataFrame, hit: np.ndarray) -> pl.DataFrame:
    return table.with_columns(pl.Series(HIT, hit))


def moved(table: pl.DataFrame, by: np.ndarray, columns: tuple[int, ...] = (START, END)) -> pl.DataFrame:
    """The table with these times moved by microseconds [rows]."""
    names = [table.columns[k] for k in columns]
    return table.with_columns(pl.col(name) + pl.Series(by).cast(pl.Duration("us")) for name in names)


def some(rng: np.random.Generator, rows: int, share: float = SHARE) -> np.ndarray:
    return rng.random(rows) < share


def by_case(table: pl.DataFrame) -> list[np.ndarray]:
    """The rows of each case, in order."""
    groups = table.with_row_index("row").group_by(table.columns[CASE], maintain_order=True).agg(pl.col("row"))
    return [np.array(rows) for rows in groups["row"].to_list()]


def forms(table: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Three to six successive steps of a case saved as one form: all stamped when it was saved, or only their ends."""
    hit = np.zeros(table.height, dtype=bool)
    start, end = (table[table.columns[k]].to_numpy().copy() for k in (START, END))
    cases = by_case(table)
    for number in rng.permutation(len(cases)).tolist():
        rows = cases[number]
        size = int(rng.integers(3, 7))
        if hit.mean() >= SHARE:
            break
        if len(rows) < size:
            continue
        first = int(rng.integers(0, len(rows) - size + 1))
        form = rows[first : first + size]
        if len(set(table[table.columns[ACTIVITY]].gather(form).to_list())) < 3:
            continue
        saved = end[form].max()
        end[form] = saved
        if rng.random() < 0.6:
            start[form] = saved
        hit[form] = True
    table = table.with_columns(pl.Series(table.columns[START], start), pl.Series(table.columns[END], end))
    return marked(table, hit)


def wrong_dates(table: pl.DataFrame, rng: np.random.Generator) -> tuple[pl.DataFrame, np.ndarray]:
    """Dates typed wrong: some days, a month, a year, day and month exchanged."""
    hit = some(rng, table.height)
    times = table[table.columns[END]].to_list()
    by = np.zeros(table.height, dtype=np.int64)
    for row in np.flatnonzero(hit).tolist():
        way = rng.integers(4)
        if way == 0:
            days = int(rng.choice([-3, -2, -1, 1, 2, 3]))
        elif way == 1:
            days = int(rng.choice([-31, -30, 30, 31]))
        elif way == 2:
            days = int(rng.choice([-366, -365]))
        else:
            day = times[row]
            days = (day.replace(day=day.month, month=day.day) - day).days if day.day <= 12 and day.day != day.month else -1
        by[row] = days * 86_400_000_000
    return moved(table, by), hit


def travel_in_time_order(table: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    return marked(*wrong_dates(table, rng))


def travel_in_case_order(table: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """The file holds one case after the other."""
    order = np.concatenate(by_case(table))
    return marked(*wrong_dates(table[order], rng))


def travel_sorted_away(table: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """The file was put in order of the wrong times."""
    spoilt = marked(*wrong_dates(table, rng))
    return spoilt.sort(table.columns[END], maintain_order=True)


def other_clock(table: pl.DataFrame, rng: np.random.Generator, offsets: tuple[int, ...]) -> pl.DataFrame:
    """All rows of one source (a person, or a step of a system of its own) are off by some hours; its size is near 5 % of the rows."""
    column = table.columns[int(rng.choice([RESOURCE, ACTIVITY]))]
    sizes = table.filter(~pl.col(table.columns[RESOURCE]).is_in(["客户", "Customer"])).group_by(column).len().sort(column)
    sizes = sizes.filter(pl.col("len").is_between(0.03 * table.height, 0.1 * table.height))
    if not sizes.height:
        column = table.columns[ACTIVITY]
        sizes = table.filter(~pl.col(table.columns[RESOURCE]).is_in(["客户", "Customer"])).group_by(column).len().sort(column)
        sizes = sizes.filter(pl.col("len").is_between(0.02 * table.height, 0.11 * table.height))
    value = sizes[column][int(rng.integers(sizes.height))]
    hit = (table[column] == value).to_numpy()
    return marked(moved(table, hit * int(rng.choice(offsets)) * 3_600_000_000), hit)


FAR = (-13, -12, -9, -8, -8, -8, -7, 8)


def clock_in_place(table: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """The file is in the order in which the rows were recorded."""
    return other_clock(table, rng, (*FAR, -3, -2, -1, 1, 2, 3))


def clock_sorted(table: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """The file was put in order of the times as they stand."""
    return other_clock(table, rng, FAR).sort(table.columns[END], maintain_order=True)


def clock_sorted_near(table: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    return other_clock(table, rng, (-3, -2, -1, 1, 2, 3)).sort(table.columns[END], maintain_order=True)


REMARKS: Mapping[str, tuple[str, ...]] = {
    "en": ("ok", "customer called, will come on 2024-03-01", "see file 2024/118", "tel 021-5566 7788", "urgent", "born 1971-05-03"),
    "zh": ("正常", "客户来电，3月1日来行", "见档案2024-118号", "电话 021-55667788", "加急", "1971年5月3日生"),
}


def remarks(table: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Steps that have no row of their own and stand in the remarks of the one after them: as time and name, as times alone, as names."""
    lang = language(table)
    time, label = table[table.columns[END]], table[table.columns[ACTIVITY]]
    text: list[str | None] = [str(rng.choice(REMARKS[lang])) if rng.random() < 0.2 else None for _ in range(table.height)]
    gone, hit = np.zeros(table.height, dtype=bool), np.zeros(table.height, dtype=bool)
    way = int(rng.integers(4))
    cases = by_case(table)
    for number in rng.permutation(len(cases)).tolist():
        rows = cases[number]
        if hit.mean() >= SHARE or len(rows) < 5:
            continue
        first = int(rng.integers(1, len(rows) - 3))
        inside, carrier = rows[first : first + int(rng.integers(1, 3))], int(rows[first + 2])
        written = [time[int(row)].strftime(("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y年%m月%d日 %H:%M")[way % 3]) for row in inside]
        names = [label[int(row)] for row in inside]
        if way == 0:
            text[carrier] = "; ".join(f"{when} {name}" for when, name in zip(written, names, strict=True))
        elif way == 1:
            text[carrier] = ("已办：" if lang == "zh" else "done: ") + "，".join(written)
        elif way == 2:
            text[carrier] = written[-1]
        else:
            text[carrier] = ("、" if lang == "zh" else " + ").join([*names, label[carrier]])
        gone[inside], hit[carrier] = True, True
    hit &= ~gone
    return marked(table.with_columns(pl.Series("备注" if lang == "zh" else "remarks", text)), hit).filter(pl.Series(~gone))


def placeholder(table: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Events whose case nobody entered: an id that means "none", or nothing."""
    hit = some(rng, table.height)
    names = (("0",), ("UNKNOWN",), ("待补录",), ("99999999", "00000000"), ("L000000", "TEMP"), (None,), ("-",))
    put = names[int(rng.integers(len(names)))]
    case = pl.Series([put[int(k)] for k in rng.integers(len(put), size=table.height)], dtype=pl.String)
    column = table.columns[CASE]
    return marked(table.with_columns(pl.when(pl.Series(hit)).then(case).otherwise(pl.col(column)).alias(column)), hit)


def of_a_customer(table: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Cases recorded under the number of their customer, two to five under one."""
    ids = table[table.columns[CASE]].unique(maintain_order=True).to_list()
    chosen = rng.permutation(len(ids))[: max(2, round(SHARE * len(ids)))].tolist()
    new: dict[str, str] = {}
    while len(chosen) > 1:
        size = min(int(rng.integers(2, 6)), len(chosen))
        together = [chosen.pop() for _ in range(size)]
        new |= {ids[k]: f"KH{int(rng.integers(10**7, 10**8))}" if k == together[0] else "" for k in together}
        new |= {ids[k]: new[ids[together[0]]] for k in together}
    column = table.columns[CASE]
    hit = table[column].is_in(list(new)).to_numpy()
    return marked(table.with_columns(pl.col(column).replace(new)), hit)


def two_ids(table: pl.DataFrame, rng: np.random.Generator, other: Callable[[str], str]) -> pl.DataFrame:
    cases = by_case(table)
    column = table.columns[CASE]
    ids = table[column].to_list()
    hit = np.zeros(table.height, dtype=bool)
    for number in rng.permutation(len(cases))[: max(1, round(SHARE * len(cases)))].tolist():
        rows = cases[number]
        if len(rows) < 4:
            continue
        second = rows[int(rng.integers(2, len(rows) - 1)) :]
        name = other(ids[int(rows[0])])
        for row in second.tolist():
            ids[row] = name
        hit[second] = True
    return marked(table.with_columns(pl.Series(column, ids)), hit)


def alike_ids(table: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """The second half of a case stands under a variant of its id."""
    ways: tuple[Callable[[str], str], ...] = (
        lambda name: f"{name}-1",
        lambda name: f"{name}_B",
        lambda name: name[1:],
        lambda name: f"FK{name}",
        lambda name: str(int(name[1:])),
        lambda name: f"{name[0]}-{name[1:]}",
        lambda name: f"2024{name}",
        lambda name: f"{name}/02",
    )
    return two_ids(table, rng, ways[int(rng.integers(len(ways)))])


def own_ids(table: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """The second half of a case stands under a number of another system."""
    return two_ids(table, rng, lambda _name: f"X{int(rng.integers(10**8, 10**9))}")


COMPANIONS: Mapping[str, tuple[str, ...]] = {
    "en": ("Open screen", "Validate fields", "Save form", "Write journal", "Release record", "Print slip"),
    "zh": ("打开界面", "校验字段", "保存表单", "登记日志", "释放记录", "打印回单"),
}


def companions(table: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """One action leaves further rows, some before and some after it, within some seconds, under its person, the system or nobody."""
    lang = language(table)
    names = table.columns
    labels = sorted(set(table[names[ACTIVITY]].to_list()))
    wanted, parts = round(SHARE * table.height), []
    places = np.arange(table.height)
    kinds = list(rng.permutation(len(COMPANIONS[lang])))
    by = (None, "same", "系统" if lang == "zh" else "System")
    while wanted > 0 and kinds:
        anchor = labels[int(rng.integers(len(labels)))]
        rows = places[(table[names[ACTIVITY]] == anchor).to_numpy()]
        if len(rows) < 20:
            continue
        rows = np.sort(rng.permutation(rows)[: min(len(rows), max(20, wanted // 2))])
        for _ in range(min(int(rng.integers(1, 4)), len(kinds))):
            who, after = by[int(rng.integers(3))], rng.random() < 0.7
            offset = rng.integers(0, 5, size=len(rows)) * (1 if after else -1) * 1_000_000
            part = table[rows].with_columns(
                pl.lit(COMPANIONS[lang][int(kinds.pop())]).alias(names[ACTIVITY]),
                (pl.col(names[END]) + pl.Series(offset).cast(pl.Duration("us"))).alias(names[END]),
            )
            part = part.with_columns(pl.col(names[END]).alias(names[START]))
            if who != "same":
                part = part.with_columns(pl.lit(who, dtype=pl.String).alias(names[RESOURCE]))
            parts.append(part.with_columns(pl.lit(value=True).alias(HIT)))
            wanted -= len(rows)
    whole = pl.concat([table.with_columns(pl.lit(value=False).alias(HIT)), *parts], how="vertical_relaxed")
    return whole.sort(names[END], maintain_order=True)


def relabelled(table: pl.DataFrame, hit: np.ndarray, change: Callable[[int, str], str]) -> pl.DataFrame:
    column = table.columns[ACTIVITY]
    labels = table[column].to_list()
    for row in np.flatnonzero(hit).tolist():
        labels[row] = change(row, labels[row])
    changed = np.array([a != b for a, b in zip(labels, table[column].to_list(), strict=True)])
    return marked(table.with_columns(pl.Series(column, labels)), hit & changed)


def polluted(table: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Labels that carry a case number, a date, a running number, a workplace or a person, behind or before them."""
    case, time, who = (table[table.columns[k]].to_list() for k in (CASE, END, RESOURCE))
    ways: tuple[Callable[[int, str], str], ...] = (
        lambda row, label: f"{label} {case[row]}",
        lambda row, label: f"{label}_{time[row]:%Y%m%d}",
        lambda _row, label: f"{label}#{int(rng.integers(10**6))}",
        lambda row, label: f"{label}({who[row]})",
        lambda row, label: f"{label} - {time[row]:%Y-%m-%d %H:%M}",
        lambda _row, label: f"{int(rng.integers(10**6)):06d} {label}",
        lambda row, label: f"[{case[row]}]{label}",
        lambda _row, label: f"{label}@T{int(rng.integers(1, 30)):02d}",
    )
    return relabelled(table, some(rng, table.height), ways[int(rng.integers(len(ways)))])


TRADITIONAL = str.maketrans("户请资审录单业务银统发", "戶請資審錄單業務銀統發")
MISTYPED = "的地在作做已以申伸核合何认任理里"


def typo(label: str, rng: np.random.Generator) -> str:
    """One slip of a typist."""
    at = int(rng.integers(0, len(label) - 1))
    way = int(rng.integers(4))
    sign = chr(ord("a") + int(rng.integers(26))) if label.isascii() else MISTYPED[int(rng.integers(len(MISTYPED)))]
    if way == 0:
        return label[:at] + label[at + 1 :]
    if way == 1:
        return label[:at] + label[at + 1] + label[at] + label[at + 2 :]
    if way == 2:
        return label[:at] + sign + label[at + 1 :]
    return label[:at] + label[at] + label[at:]


def distorted(table: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Labels typed with another case, a slip, other punctuation, spaces, full width, traditional signs."""

    def change(_row: int, label: str) -> str:
        way = int(rng.integers(6))
        if way == 0:
            return (label.upper(), label.lower(), label.title())[int(rng.integers(3))] if label.isascii() else label.translate(TRADITIONAL)
        if way == 1:
            return f" {label}" if rng.random() < 0.5 else re.sub(" ", "  ", label) + " "
        if way == 2:
            return label.replace(" ", "-") if label.isascii() else label + "。"
        return typo(label, rng)

    return relabelled(table, some(rng, table.height), change)


SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "en": ("Sign-off stage", "Desk handling", "Case step completed", "Processing done", "Passed by the desk"),
    "zh": ("经办完结", "本岗处理", "流转办结", "业务通过", "岗位作业"),
}


def synonym(table: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Some of the people, or some of the cases, use another name for a step; the touched rows are those of both names."""
    lang = language(table)
    column = table.columns[ACTIVITY]
    counts = table[column].value_counts().sort(column)
    label = counts.filter(pl.col("count") >= 0.04 * table.height)[column]
    old = label[int(rng.integers(len(label)))]
    new = f"{old}{'办理' if lang == 'zh' else ' (done)'}" if rng.random() < 0.3 else SYNONYMS[lang][int(rng.integers(5))]
    mine = (table[column] == old).to_numpy()
    people = sorted({name for name in table.filter(pl.Series(mine))[table.columns[RESOURCE]].to_list() if name})
    if len(people) > 1 and rng.random() < 0.5:
        half = set(rng.permutation(people)[: len(people) // 2].tolist())
        other = mine & table[table.columns[RESOURCE]].is_in(list(half)).to_numpy()
    else:
        ids = table[table.columns[CASE]].unique(maintain_order=True).to_list()
        share = rng.uniform(0.1, 0.5)
        other = mine & table[table.columns[CASE]].is_in([name for name in ids if rng.random() < share]).to_numpy()
    return marked(table.with_columns(pl.when(pl.Series(other)).then(pl.lit(new)).otherwise(pl.col(column)).alias(column)), mine)


def homonym(table: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Two steps of the process bear one name, a new one or that of one of them."""
    lang = language(table)
    column = table.columns[ACTIVITY]
    counts = table[column].value_counts().sort(column)
    common = counts.filter(pl.col("count") >= 0.04 * table.height)[column].to_list()
    a, b = (common[k] for k in rng.permutation(len(common))[:2].tolist())
    name = (a, b, "Review" if lang == "en" else "复核")[int(rng.integers(3))]
    hit = table[column].is_in([a, b]).to_numpy()
    return marked(table.with_columns(pl.when(pl.Series(hit)).then(pl.lit(name)).otherwise(pl.col(column)).alias(column)), hit)


DISTORTED = ("LABEL_CASE_VARIANT", "LABEL_SIMILAR", "LABEL_MISSPELT", "LABEL_WHITESPACE", "LABEL_NFKC", "LABEL_CONFUSABLE")
CONTAMINATIONS: tuple[Contamination, ...] = (
    Contamination("form-based event capture", ("FORM_BASED_TIES",), "rows", forms),
    Contamination("inadvertent time travel, file in order of time", ("TIME_TRAVEL",), "rows", travel_in_time_order),
    Contamination("inadvertent time travel, file in order of case", ("TIME_TRAVEL",), "rows", travel_in_case_order),
    Contamination("inadvertent time travel, file sorted by the wrong times", ("TIME_TRAVEL",), "rows", travel_sorted_away),
    Contamination("unanchored event, file in order of recording", ("UNANCHORED_EVENT",), "rows", clock_in_place),
    Contamination("unanchored event, 7 to 13 hours, file sorted by the wrong times", ("UNANCHORED_EVENT",), "rows", clock_sorted),
    Contamination("unanchored event, 1 to 3 hours, file sorted by the wrong times", ("UNANCHORED_EVENT",), "rows", clock_sorted_near),
    Contamination("scattered event", ("SCATTERED_EVENT",), "rows", remarks),
    Contamination("elusive case, placeholder or nothing", ("ELUSIVE_CASE", "CASE_MISSING"), "events of cases", placeholder),
    Contamination("elusive case, number of the customer", ("ELUSIVE_CASE",), "events of cases", of_a_customer),
    Contamination("scattered case, ids alike", ("SCATTERED_CASE",), "cases", alike_ids),
    Contamination("scattered case, ids of two systems", ("SCATTERED_CASE",), "cases", own_ids),
    Contamination("collateral events", ("COLLATERAL_EVENTS",), "rows", companions),
    Contamination("polluted label", ("LABEL_POLLUTED",), "rows", polluted),
    Contamination("distorted label", DISTORTED, "rows", distorted),
    Contamination("synonymous labels", ("LABEL_SYNONYM",), "pairs of labels", synonym),
    Contamination("homonymous label", ("LABEL_HOMONYM",), "labels", homonym),
)
CODES = frozenset(code for each in CONTAMINATIONS for code in each.codes)
