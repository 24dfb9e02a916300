"""The bank on one printable page: matrix, ranking, controls, shared roles, road map, and what to ask for."""

from typing import TYPE_CHECKING

from bankmine import __version__
from bankmine.advice.bank import Entry
from bankmine.facts import NEEDS
from bankmine.report.page import TEMPLATES, Sheet, laid_out, page_style
from bankmine.report.roadmap import kpi_value, picture, window
from bankmine.report.terms import EVIDENCE, LEVEL, interval, verdict
from bankmine.show.blocks import Block, Cell, Column, Heading, KeyFigures, Mark, Notice, Paragraph, TableBlock
from bankmine.show.format import duration, local_day
from bankmine.show.html import style
from bankmine.words import Lang, Text

if TYPE_CHECKING:
    from bankmine.bank import Bank

SHOWN = 10
HOURS = (
    Column(Text(zh="客户小时/年", en="Customer hours a year"), "number"),
    Column(Text(zh="90% 区间", en="90 % interval"), "text"),
    Column(Text(zh="员工工时/年", en="Staff hours a year"), "number"),
)
MONEY = Column(Text(zh="员工成本/年", en="Staff cost a year"), "count")
TITLE = Text(zh="全行流程诊断", en="Diagnosis of the whole bank")
RATE = Text(
    zh="员工成本按本行配置的每小时 {rate} 计算，只含员工工时。",
    en="Staff cost is staff hours at the bank's own rate of {rate} an hour, nothing else.",
)
METHOD = Text(
    zh="客户小时与员工工时均为每年，取可实现的部分；日志不足 90 天时不推算。控制问题不折算成时间。各流程的估计未计相互影响；多个流程共用的岗位只计一次，"
    "其在岗时间取各日志中最大者。",
    en="Customer hours and staff hours are a year's, the realistic part; under 90 days of log none is stated. Controls are not turned into "
    "time. Effects of one process on another are not counted; a role that processes share is counted once, with the duty time of the log "
    "that shows most.",
)


def contents(bank: "Bank", lang: Lang = "en", *, pictures: bool = False) -> list[Block]:
    """The page as blocks, the same for terminal, notebook and page; `lang` is the language of the words inside pictures."""
    found = bank.diagnosis
    log_column = Column(Text(zh="日志", en="Log"), "text")
    heads = [Column(Text(zh=f"{d.id} {d.title.zh}", en=f"{d.id} {d.title.en}"), "text") for d in found.logs[0].diagnoses]
    matrix: list[list[Cell]] = [[log.name, *(_cell(verdict(d), d.severity) for d in log.diagnoses)] for log in found.logs]
    roles: list[list[Cell]] = [[r.role, _joined(r.logs), r.busy_hours, r.load] for r in found.shared_roles]
    steps: list[list[Cell]] = [
        [
            window(s),
            s.log,
            s.item.activity,
            s.item.title,
            s.owner,
            s.kpi_title,
            kpi_value(s, s.baseline),
            kpi_value(s, s.target),
        ]
        for s in found.roadmap
    ]
    asked: list[list[Cell]] = [
        [log.name, d.id, _needs(d.needs)] for log in found.logs for d in log.diagnoses if d.verdict == "unassessable"
    ]
    blocks: list[Block] = [
        Heading(TITLE, 1),
        Heading(Text(zh="六项诊断", en="The six diagnoses"), 2, "matrix"),
        *_headline(bank),
        TableBlock([log_column, *heads], matrix),
        Heading(Text(zh="先做什么", en="What to do first"), 2, "ranking"),
        _entries(found.ranking, rate=bank.settings.rates.staff_hour),
        *([] if bank.settings.rates.staff_hour is None else [Paragraph(RATE.format(rate=f"{bank.settings.rates.staff_hour:,.2f}"))]),
        Heading(Text(zh="控制", en="Controls"), 2, "controls"),
        _entries(found.controls, control=True),
        Heading(Text(zh="共用岗位", en="Shared roles"), 2, "roles"),
        TableBlock(
            [
                Column(Text(zh="岗位", en="Role"), "label"),
                log_column,
                Column(Text(zh="每周工时", en="Hours of work a week"), "number"),
                Column(Text(zh="负荷", en="Load"), "share"),
            ],
            roles,
        ),
        *_came_of_it(bank),
        Heading(Text(zh="路线图", en="Road map"), 2, "roadmap"),
        *([drawn] if pictures and (drawn := picture(found.roadmap, lang)) is not None else []),
        TableBlock(
            [
                Column(Text(zh="阶段", en="Phase"), "text"),
                log_column,
                Column(Text(zh="环节", en="Activity"), "label"),
                Column(Text(zh="问题", en="Problem"), "text"),
                Column(Text(zh="负责", en="Owner"), "text"),
                Column(Text(zh="看什么指标", en="KPI"), "text"),
                Column(Text(zh="现值", en="Now"), "text"),
                Column(Text(zh="单项目标", en="Target of this step alone"), "text"),
            ],
            steps,
        ),
        Heading(Text(zh="无法判断的与需补充的", en="What cannot be told, and what to ask for"), 2, "needs"),
        TableBlock([log_column, Column(Text(zh="诊断", en="Diagnosis"), "text"), Column(Text(zh="需补充", en="Ask for"), "text")], asked),
        Paragraph(METHOD),
    ]
    return blocks


def _came_of_it(bank: "Bank") -> list[Block]:
    """Where a log from before is named: the verdict, and what was foretold against what came."""
    if not bank.evaluations:
        return []
    rows: list[list[Cell]] = []
    for name, found in bank.evaluations.items():
        effect, foretold = found.effect, found.predicted
        done = [each for each in found.findings if each.carried_out]
        rows.append(
            [
                name,
                Mark(*found.called),
                "" if effect is None else effect.said,
                Text(
                    zh="、".join(f"{e.title.zh}「{e.activity}」" for e in done) or "无",
                    en="; ".join(f"{e.title.en}: {e.activity}" for e in done) or "none",
                ),
                ""
                if foretold is None
                else Text(zh="{a}（{i}）", en="{a} ({i})").format(a=duration(foretold.estimate), i=interval(foretold)),
                ""
                if effect is None
                else Text(zh="{a}（{i}）", en="{a} ({i})").format(a=duration(effect.realised.estimate), i=interval(effect.realised)),
            ]
        )
    columns = (
        Column(Text(zh="日志", en="Log"), "text"),
        Column(Text(zh="结论", en="Verdict"), "text"),
        Column(Text(zh="办理时长变化", en="Change of cycle time"), "text"),
        Column(Text(zh="已实施", en="Carried out"), "text"),
        Column(Text(zh="预测每案可省", en="Foretold, a case"), "text"),
        Column(Text(zh="实际每案省", en="Realised, a case"), "text"),
    )
    return [Heading(Text(zh="变更的成效", en="What came of the changes"), 2, "realised"), TableBlock(columns, rows)]


def _headline(bank: "Bank") -> list[Block]:
    """One sentence and a few figures: how much is confirmed, what to do first, what cannot be told."""
    found = bank.diagnosis
    verdicts = [d.verdict for log in found.logs for d in log.diagnoses]
    confirmed, unknown = verdicts.count("confirmed"), verdicts.count("unassessable")
    figures = KeyFigures(
        (
            (Text(zh="流程日志", en="process logs"), "count", len(found.logs)),
            (Text(zh="案件", en="cases"), "count", sum(a.log.cases for a in bank.analyses.values())),
            (Text(zh="已证实（共 {n} 项判断）", en="confirmed (of {n} verdicts)").format(n=len(verdicts)), "count", confirmed),
            (Text(zh="无法判断", en="cannot tell"), "count", unknown),
            (Text(zh="被违反的控制", en="controls broken"), "count", len(found.controls)),
        )
    )
    first = found.ranking[0] if found.ranking else found.controls[0] if found.controls else None
    if first is None:
        nothing = Text(zh="各流程均未发现达到实质程度的问题。", en="Nothing material was found in any process.")
        return [Notice(nothing, "good"), figures]
    said = Text(
        zh="{n} 项判断得到证实。首先处理{log}的「{where}」：{title}。",
        en="{n} verdicts are confirmed. First: {title} at “{where}” in {log}.",
    ).format(n=confirmed, log=_joined(first.logs), where=first.where, title=first.first.title)
    return [Notice(said, "warning"), figures]


def page(bank: "Bank", lang: Lang) -> str:
    """One HTML file, offline; the same bank gives the same bytes."""
    logs = [a.log for a in bank.analyses.values()]
    source = Text(zh="{names} · {cases} 件案件 · {first} 至 {last}", en="{names} · {cases} cases · {first} to {last}").format(
        names=_joined(tuple(bank.analyses)),
        cases=f"{sum(log.cases for log in logs):,}",
        first=local_day(min(int(log.case_start.min()) for log in logs), bank.zone),
        last=local_day(max(int(log.case_end.max()) for log in logs), bank.zone),
    )
    footer = Text(zh="由 bankmine {v} 生成；时间以 {zone} 显示。", en="Made by bankmine {v}; times are shown in {zone}.")
    css = style() + page_style() + (TEMPLATES / "bank.css").read_text(encoding="utf-8")
    footer = footer.format(v=__version__, zone=bank.zone)
    return laid_out(lambda each: Sheet(TITLE, source, contents(bank, each, pictures=True), footer, bank.zone), lang, css)


def _range(entry: Entry) -> Text | str:
    """The 90 % interval of the customer hours."""
    if entry.customer_low is None or entry.customer_high is None:
        return ""
    return Text.same(f"{entry.customer_low:,.0f}–{entry.customer_high:,.0f}")


def _entries(entries: tuple[Entry, ...], *, control: bool = False, rate: float | None = None) -> TableBlock:
    rows: list[list[Cell]] = [
        [
            k,
            _joined(e.logs),
            e.where,
            e.first.title,
            *(() if control else (e.customer_hours, _range(e), e.staff_hours)),
            *(() if rate is None else (e.cost(rate),)),
            e.first.cases,
            EVIDENCE[e.first.evidence],
            e.first.tier,
        ]
        for k, e in enumerate(entries[:SHOWN], 1)
    ]
    return TableBlock(
        [
            Column(Text(zh="名次", en="Rank"), "count"),
            Column(Text(zh="日志", en="Log"), "text"),
            Column(Text(zh="环节或岗位", en="Activity or role"), "label"),
            Column(Text(zh="问题", en="Problem"), "text"),
            *(() if control else HOURS),
            *(() if rate is None else (MONEY,)),
            Column(Text(zh="涉及案件", en="Cases affected"), "count"),
            Column(Text(zh="依据", en="Evidence"), "text"),
            Column(Text(zh="档", en="Tier"), "text"),
        ],
        rows,
        hidden=max(len(entries) - SHOWN, 0),
    )


def _cell(mark: Mark, severity: str | None) -> Mark:
    if severity is None:
        return mark
    return Mark(Text(zh="{v}（{s}）", en="{v} ({s})").format(v=mark.text, s=LEVEL[severity]), mark.tone)


def _joined(names: tuple[str, ...]) -> Text:
    return Text(zh="、".join(names), en=", ".join(names))


def _needs(needs: tuple[str, ...]) -> Text | str:
    return Text(zh="；".join(NEEDS[n].zh for n in needs), en="; ".join(NEEDS[n].en for n in needs)) if needs else ""
