"""Which column of a table plays which role, recognised from its name or told by the user."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from types import MappingProxyType

from bankmine.errors import InputError, UsageError
from bankmine.log.columnnames import RANKS, folded
from bankmine.show.blocks import Block, Column, Heading, Notice, Paragraph, TableBlock
from bankmine.words import Text

JOINT = "+"
"""Joins the names of a date column and a time column that together are one time stamp."""

ROLES: Mapping[str, Text] = MappingProxyType(
    {
        "case": Text(zh="案件编号", en="case"),
        "activity": Text(zh="环节", en="activity"),
        "start": Text(zh="开始时间", en="start"),
        "end": Text(zh="完成时间", en="end"),
        "timestamp": Text(zh="时间（按完成时间）", en="timestamp (completion)"),
        "lifecycle": Text(zh="生命周期", en="lifecycle"),
        "resource": Text(zh="经办人", en="resource"),
        "role": Text(zh="岗位", en="role"),
        "channel": Text(zh="渠道", en="channel"),
        "branch": Text(zh="网点", en="branch"),
        "segment": Text(zh="客群", en="segment"),
        "product": Text(zh="产品", en="product"),
        "amount": Text(zh="金额", en="amount"),
        "cost": Text(zh="费用", en="cost"),
        "status": Text(zh="状态", en="status"),
        "arrival": Text(zh="到达时间", en="arrival"),
        "instance": Text(zh="任务编号", en="instance"),
    }
)
REQUIRED = ("case", "activity")
TIMES = ("start", "end", "timestamp")
OPTIONS = Text(zh="选项：--case、--activity、--timestamp。", en="The options are --case, --activity and --timestamp.")

SPLIT_ROLES = {"start": ("start", "begin", "开始", "起始"), "end": ("end", "finish", "complete", "completion", "完成", "结束", "办结")}
DATES = ("date", "日期")
CLOCKS = ("time", "时间", "时刻")


@dataclass(frozen=True)
class Columns:
    """The source column of each role, and the columns left over.

    A `timestamp` alone is the completion of the activity; beside a `start` it is called `end`. A date column and a
    time-of-day column that belong together are one source, joined by `+`. `ambiguous` holds the optional roles for which
    several columns were equally good and none was taken.
    """

    source: Mapping[str, str]
    unused: tuple[str, ...] = ()
    ambiguous: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType(dict[str, tuple[str, ...]]()))
    extra: tuple[str, ...] = ()
    given: frozenset[str] = frozenset()

    def parts(self, role: str, names: Iterable[str] = ()) -> tuple[str, ...]:
        """The columns behind a role: two where date and time of day are apart."""
        source = self.source[role]
        return (source,) if JOINT not in source or source in set(names) else tuple(source.split(JOINT, 1))

    def blocks(self) -> list[Block]:
        told, seen = Text(zh="指定", en="given"), Text(zh="按列名识别", en="by its name")
        out: list[Block] = [
            Heading(Text(zh="列的识别", en="Columns")),
            TableBlock(
                (
                    Column(Text(zh="含义", en="meaning"), "text"),
                    Column(Text(zh="来源列", en="column"), "label"),
                    Column(Text(zh="依据", en="how"), "text"),
                ),
                [(ROLES[role], self.source[role], told if role in self.given else seen) for role in ROLES if role in self.source],
            ),
        ]
        for role, names in self.ambiguous.items():
            text = Text(
                zh=f"{ROLES[role].zh}：{'、'.join(names)} 均可，未采用；可用 --{role} 指定。",
                en=f"{ROLES[role].en}: {', '.join(names)} are equally good, none was taken; choose with --{role}.",
            )
            out.append(Notice(text, "warning"))
        if self.unused:
            out.append(Paragraph(Text(zh=f"未使用的列：{'、'.join(self.unused)}", en=f"columns not used: {', '.join(self.unused)}")))
        return out


def recognise(
    names: Sequence[str],
    given: Mapping[str, str | None] = MappingProxyType({}),
    extra: Sequence[str] = (),
    *,
    file: str | None = None,
    names_known: bool = True,
) -> Columns:
    """The roles of the columns of a table.

    `given` names the source column of a role and goes before any recognition; `extra` names further columns to keep as
    attributes. Raises InputError COLUMN_MISSING (a required role, or a given name that is not there) and COLUMN_AMBIGUOUS
    (two columns equally good for case, activity or time), which list no names where these may be cells of a row of data
    (`names_known` false, and none of them given); UsageError for an unknown role.
    """
    told = {role: name for role, name in given.items() if name}
    unknown = sorted(set(told) - set(ROLES))
    if unknown:
        close = get_close_matches(unknown[0], ROLES, n=3) or list(ROLES)
        raise UsageError(
            "COLUMN_ROLE",
            Text(zh=f"没有名为“{unknown[0]}”的列含义", en=f"there is no column role {unknown[0]!r}"),
            Text(zh=f"可用：{'、'.join(close)}", en=f"valid: {', '.join(close)}"),
        )
    instead = None if names_known or not set(names).isdisjoint(told.values()) else unlisted(len(names)).then(OPTIONS)
    source = {role: _given(name, names, f"--{role}", instead, file) for role, name in told.items()}
    kept = tuple(_given(name, names, "extra", instead, file) for name in extra)
    taken = {part for name in (*source.values(), *kept) for part in ((name,) if name in names else name.split(JOINT, 1))}
    free = [name for name in names if name not in taken]
    ambiguous: dict[str, tuple[str, ...]] = {}
    if not any(role in source for role in TIMES):
        for role, joined in _split_stamps(free).items():
            source[role] = joined
            free = [name for name in free if name not in joined.split(JOINT, 1)]
    for role in ROLES:
        if role in source or (role == "timestamp" and "end" in source) or (role == "end" and "timestamp" in source):
            continue
        best = _best(role, free)
        if len(best) > 1 and role in (*REQUIRED, *TIMES):
            raise _ambiguous(role, best, instead, file)
        if len(best) > 1:
            ambiguous[role] = tuple(best)
        elif best:
            source[role] = best[0]
            free.remove(best[0])
    if "start" in source and "timestamp" in source:
        source["end"] = source.pop("timestamp")
    _require(source, names, instead, file)
    ordered = {role: source[role] for role in ROLES if role in source}
    return Columns(MappingProxyType(ordered), tuple(free), MappingProxyType(ambiguous), kept, frozenset(told))


def _best(role: str, names: Iterable[str]) -> list[str]:
    keys = [(folded(name), name) for name in names]
    for rank in RANKS[role]:
        found = [name for key, name in keys if key in rank]
        if found:
            return found
    return []


def _split_stamps(names: Sequence[str]) -> dict[str, str]:
    """Pairs of a date column and a time column with the same stem (txn_date and txn_time, 开始日期 and 开始时间)."""
    by_key = {folded(name): name for name in names}
    found: dict[str, list[str]] = {}
    for key, name in by_key.items():
        ending = next((date for date in DATES if key.endswith(date)), None)
        if ending is None:
            continue
        stem = key.removesuffix(ending)
        partner = next((by_key[stem + clock] for clock in CLOCKS if stem + clock in by_key), None)
        if partner is not None:
            role = next((role for role, stems in SPLIT_ROLES.items() if stem.endswith(stems)), "timestamp")
            if role != "timestamp" or stem in (
                "",
                "txn",
                "trans",
                "transaction",
                "event",
                "tran",
                "交易",
                "处理",
                "办理",
                "操作",
                "事件",
                "业务",
                "发生",
            ):
                found.setdefault(role, []).append(f"{name}{JOINT}{partner}")
    return {role: pairs[0] for role, pairs in found.items() if len(pairs) == 1 and (role != "timestamp" or "end" not in found)}


def unlisted(count: int) -> Text:
    """What to do, in place of the names of columns that may be cells of a row of data, and so may name somebody."""
    return Text(
        zh=f"共 {count} 列；首行可能是数据而不是列名，因此不显示。请查看首行：若是数据，请在其上补一行列名；若是列名，请先指定其中一列，其余即会列出。",
        en=f"the names of the {count} columns are not shown, as the first row may be data. Look at it: if it is, put a line of names "
        "above it; if not, name one of them, and all are listed.",
    )


def _given(name: str, names: Sequence[str], option: str, instead: Text | None, file: str | None) -> str:
    if name in names:
        return name
    alike = [column for column in names if folded(column) == folded(name)]
    if len(alike) == 1:
        return alike[0]
    parts = [part.strip() for part in name.split(JOINT, 1)]
    if len(parts) == 2 and all(part in names for part in parts):
        return JOINT.join(parts)
    close = get_close_matches(name, names, n=3, cutoff=0.5) or list(names)[:20]
    raise InputError(
        "COLUMN_MISSING",
        Text(zh=f"没有名为“{name}”的列（{option}）", en=f"there is no column named {name!r} ({option})"),
        instead
        or Text(
            zh=f"可选：{'、'.join(close)}", en=f"did you mean {' or '.join(close)}?" if len(close) <= 3 else f"columns: {', '.join(close)}"
        ),
        file,
        1 if file else None,
    )


def _ambiguous(role: str, found: Sequence[str], instead: Text | None, file: str | None) -> InputError:
    shown = (
        Text(zh=f"{len(found)} 列", en=f"{len(found)} columns") if instead else Text(zh="、".join(found), en=f"columns {', '.join(found)}")
    )
    return InputError(
        "COLUMN_AMBIGUOUS",
        Text(zh=f"{ROLES[role].zh}有多个同样合适的列：{shown.zh}", en=f"{shown.en} are equally good for the {role}"),
        instead or Text(zh=f'请用 --{role} 指定其一，例如 --{role} "{found[0]}"。', en=f'choose one, e.g. --{role} "{found[0]}".'),
        file,
        1 if file else None,
    )


def _require(source: Mapping[str, str], names: Sequence[str], instead: Text | None, file: str | None) -> None:
    missing = [role for role in REQUIRED if role not in source]
    if not missing and ("end" in source or "timestamp" in source):
        return
    if missing:
        role, what = missing[0], Text(zh=f"没有找到{ROLES[missing[0]].zh}列", en=f"no {missing[0]} column was found")
    elif "start" in source:
        role, what = "timestamp", Text(zh="只找到开始时间，没有完成时间列", en="only a start time but no completion time column was found")
    else:
        role, what = "timestamp", Text(zh="没有找到时间列", en="no timestamp column was found")
    listed = list(names)[:30]
    raise InputError(
        "COLUMN_MISSING",
        what if instead else Text(zh=f"{what.zh}；现有列：{'、'.join(listed)}", en=f"{what.en}; columns: {', '.join(listed)}"),
        instead
        or Text(
            zh=f'请用 --{role} 指定，例如 --{role} "{listed[0] if listed else "列名"}"。',
            en=f'name it, e.g. --{role} "{listed[0] if listed else "COLUMN"}".',
        ),
        file,
        1 if file else None,
    )
