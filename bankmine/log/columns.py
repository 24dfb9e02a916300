"""Which column of a table plays which role, recognised from its name or told by the user."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from types import MappingProxyType

from bankmine.errors import InputError, UsageError
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

# The first rank that matches wins; names of one rank are equally good. Written as `folded` leaves them.
ALIASES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "case": (
            "caseconceptname traceconceptname",
            "caseid case caseno casenumber casekey casename caseidentifier 案件编号 案件号 案例编号 案例号 案例id 案件id 业务编号 业务号 业务id 业务流水号",
            "traceid processinstanceid processinstance procinstid piid bizid bizno businessid businesskey businessno 流程实例编号 流程实例号 流程实例id 流程编号 实例编号",
            "applicationid applicationno applicationnumber loanid loanno ticketid ticketno requestid orderid "
            "申请编号 申请单号 申请号 申请书编号 工单号 工单编号 受理编号 受理号 贷款编号 借据号 合同编号 合同号 订单号 订单编号 单据编号 单号",
            "流水号 交易流水号 编号 referenceno reference refno transactionid txnid",
        ),
        "activity": (
            "conceptname",
            "activity activityname activitylabel 环节 环节名称 活动 活动名称",
            "task taskname step stepname event eventname eventlabel node nodename operation 节点 节点名称 步骤 步骤名称 任务 任务名称 操作 操作名称 事件 事件名称 工序 流程环节 流程节点 审批环节 业务环节",
            "activityid taskkey action stage stagename 阶段 动作 处理环节 处理步骤 办理环节 交易名称",
        ),
        "start": (
            "starttimestamp timestart",
            "start starttime startdatetime startdate starttimestamputc begin begintime begindatetime started startedat 开始时间 开始日期 开始日期时间 起始时间 开始处理时间 开始办理时间 环节开始时间 任务开始时间",
        ),
        "end": (
            "endtimestamp completetimestamp completiontimestamp",
            "end endtime enddatetime enddate complete completetime completiontime completiondate completed completedat finish finishtime finished "
            "finishedat stoptime 完成时间 完成日期 完成日期时间 结束时间 结束日期 结束日期时间 终止时间 办结时间 办理完成时间 环节完成时间 环节结束时间 任务完成时间 任务结束时间",
        ),
        "timestamp": (
            "timetimestamp",
            "timestamp eventtimestamp eventtime datetime eventdatetime timestamputc 时间戳 处理时间 办理时间 操作时间 事件时间 发生时间 日期时间 交易时间 执行时间 审批时间 记录时间",
            "time ts 时间 eventdate date 日期 处理日期 办理日期 交易日期 操作日期",
        ),
        "lifecycle": (
            "lifecycletransition",
            "lifecycle transition lifecyclestate eventtype transactiontype 生命周期 生命周期状态 事件类型 任务状态变更 动作类型",
        ),
        "resource": (
            "orgresource",
            "resource resourcename resourceid user username userid operator operatorid employee employeeid staff staffid teller tellerid handler performer "
            "assignee agent worker 经办人 经办人员 经办员 处理人 处理人员 操作员 操作人 操作员号 柜员 柜员号 办理人 执行人 员工 员工号 员工编号 工号 用户 审批人 责任人",
            "owner approver 负责人 客户经理",
        ),
        "role": (
            "orgrole",
            "role rolename jobrole position orgunitrole 岗位 岗位名称 角色 角色名称 职位 职务",
            "orggroup department dept team group 部门 部门名称 科室 团队 条线",
        ),
        "channel": ("channel channelname saleschannel accesschannel 渠道 渠道名称 办理渠道 申请渠道 受理渠道 业务渠道 交易渠道",),
        "branch": (
            "branch branchname branchid branchcode 网点 网点名称 网点号 网点编号 分行 支行 分支机构 经办网点 受理网点 开户网点 开户机构 经办机构 受理机构",
            "org organization organisation institution outlet office 机构 机构名称 机构号 机构编号",
        ),
        "segment": ("segment customersegment customertype clienttype custtype customerclass 客户类型 客群 客户类别 客户分类 客户等级 客户层级 客户群",),
        "product": ("product productname productcode producttype loantype loangoal loanpurpose 产品 产品名称 产品类型 产品代码 业务品种 贷款品种 贷款类型 业务类型",),
        "amount": (
            "amount loanamount amountreq caseamountreq amt requestedamount caserequestedamount 金额 贷款金额 申请金额 交易金额 业务金额 合同金额 授信金额",
        ),
        "cost": ("costtotal", "cost totalcost fee fixedcost resourcecost 费用 成本 手续费"),
        "status": ("status state result outcome 状态 处理状态 办理状态 审批状态 任务状态 结果 处理结果 审批结果 办理结果",),
        "arrival": (
            "arrival arrivaltime arrivaltimestamp submittime submittedat submissiontime submitted tickettime queuetime enqueuetime "
            "取号时间 提交时间 到达时间 申请时间 受理时间 进件时间 叫号前取号时间 排队时间",
        ),
        "instance": (
            "conceptinstance",
            "instance instanceid activityinstance activityinstanceid taskid taskinstanceid workitemid workitem eventid 任务编号 任务id 任务号 任务实例编号 工作项编号 待办编号 环节实例编号",
        ),
    }
)
SPLIT_ROLES = {"start": ("start", "begin", "开始", "起始"), "end": ("end", "finish", "complete", "completion", "完成", "结束", "办结")}
DATES = ("date", "日期")
CLOCKS = ("time", "时间", "时刻")
SEPARATORS = re.compile(r"[\W_]+")
BRACKETS = re.compile(r"[(\[【（].*?[)\]】）]")


@dataclass(frozen=True)
class Columns:
    """The source column of each role, and the columns left over.

    A `timestamp` alone is the completion of the activity; beside a `start` it is called `end`. A date column and a
    time-of-day column that belong together are one source, joined by `+`. `ambiguous` holds the optional roles for which
    several columns were equally good and none was taken.
    """

    source: Mapping[str, str]
    unused: tuple[str, ...] = ()
    ambiguous: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
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
    names: Sequence[str], given: Mapping[str, str | None] = MappingProxyType({}), extra: Sequence[str] = (), *, file: str | None = None
) -> Columns:
    """The roles of the columns of a table.

    `given` names the source column of a role and goes before any recognition; `extra` names further columns to keep as
    attributes. Raises InputError COLUMN_MISSING (a required role, or a given name that is not there) and COLUMN_AMBIGUOUS
    (two columns equally good for case, activity or time); UsageError for an unknown role.
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
    source = {role: _given(name, names, f"--{role}", file) for role, name in told.items()}
    kept = tuple(_given(name, names, "extra", file) for name in extra)
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
            raise _ambiguous(role, best, file)
        if len(best) > 1:
            ambiguous[role] = tuple(best)
        elif best:
            source[role] = best[0]
            free.remove(best[0])
    if "start" in source and "timestamp" in source:
        source["end"] = source.pop("timestamp")
    _require(source, names, file)
    ordered = {role: source[role] for role in ROLES if role in source}
    return Columns(MappingProxyType(ordered), tuple(free), MappingProxyType(ambiguous), kept, frozenset(told))


def folded(name: str) -> str:
    """A column name without case, separators, remarks in brackets and compatibility forms."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return SEPARATORS.sub("", BRACKETS.sub("", plain)) or SEPARATORS.sub("", plain)


def _best(role: str, names: Iterable[str]) -> list[str]:
    keys = [(folded(name), name) for name in names]
    for rank in ALIASES[role]:
        wanted = set(rank.split())
        found = [name for key, name in keys if key in wanted]
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
            if role != "timestamp" or stem in ("", "txn", "trans", "transaction", "event", "tran", "交易", "处理", "办理", "操作", "事件", "业务", "发生"):
                found.setdefault(role, []).append(f"{name}{JOINT}{partner}")
    return {role: pairs[0] for role, pairs in found.items() if len(pairs) == 1 and (role != "timestamp" or "end" not in found)}


def _given(name: str, names: Sequence[str], option: str, file: str | None) -> str:
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
        Text(zh=f"可选：{'、'.join(close)}", en=f"did you mean {' or '.join(close)}?" if len(close) <= 3 else f"columns: {', '.join(close)}"),
        file,
        1 if file else None,
    )


def _ambiguous(role: str, found: Sequence[str], file: str | None) -> InputError:
    return InputError(
        "COLUMN_AMBIGUOUS",
        Text(zh=f"{ROLES[role].zh}有多个同样合适的列：{'、'.join(found)}", en=f"columns {', '.join(found)} are equally good for the {role}"),
        Text(zh=f"请用 --{role} 指定其一，例如 --{role} \"{found[0]}\"。", en=f'choose one, e.g. --{role} "{found[0]}".'),
        file,
        1 if file else None,
    )


def _require(source: Mapping[str, str], names: Sequence[str], file: str | None) -> None:
    missing = [role for role in REQUIRED if role not in source]
    if not missing and ("end" in source or "timestamp" in source):
        return
    listed = list(names)[:30]
    if missing:
        role, what = missing[0], Text(zh=f"没有找到{ROLES[missing[0]].zh}列", en=f"no {missing[0]} column was found")
    elif "start" in source:
        role = "timestamp"
        what = Text(zh=f"只找到开始时间“{source['start']}”，没有完成时间列", en=f"only a start ({source['start']}) but no completion time column was found")
    else:
        role, what = "timestamp", Text(zh="没有找到时间列", en="no timestamp column was found")
    raise InputError(
        "COLUMN_MISSING",
        Text(zh=f"{what.zh}；现有列：{'、'.join(listed)}", en=f"{what.en}; columns: {', '.join(listed)}"),
        Text(zh=f"请用 --{role} 指定，例如 --{role} \"{listed[0] if listed else '列名'}\"。", en=f"name it, e.g. --{role} \"{listed[0] if listed else 'COLUMN'}\"."),
        file,
        1 if file else None,
    )
