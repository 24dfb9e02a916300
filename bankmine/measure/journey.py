"""The customer's journey: how long until the answer, whose time it was, and what it took (definitions §5, table 10.1.2)."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from bankmine.log.eventlog import SECOND, UNKNOWN_TIME, EventLog
from bankmine.measure.customer import ASKING, NOT_AN_ANSWER, CustomerWaits, answers, kinds
from bankmine.measure.endings import Endings
from bankmine.measure.journey_figures import AfterOffer, Complaints, JourneyFigure, mean, share, times
from bankmine.measure.stages import CUSTOMERS_TURN, TERM, Stages
from bankmine.process.definition import Kind, Outcome, Party, Understanding
from bankmine.show.blocks import Block, Column, Paragraph, TableBlock
from bankmine.show.notebook import Shown
from bankmine.words import Text

if TYPE_CHECKING:
    import pandas as pd

CUSTOMER_FACING = frozenset((*ASKING, *NOT_AN_ANSWER, Kind.CUSTOMER_REPLY))


@dataclass(frozen=True, eq=False)
class Journey(Shown):
    """What customers lived through; arrays [cases]; NaN = not known of this case, None = the log cannot show it.

    `visible_s` float64: from the customer's first event (the arrival, where known) to the first step that closes the case, waits by
    contract left out; for an open case until now. NaN where no customer is seen. `answered` bool: that step has happened.
    `customer_s` float64: the part of `visible_s` of answered cases that was the customer's turn (applying, supplying documents,
    deciding on an offer); the rest was the bank's. `response_s` float64: from the customer's first act done to the bank's next;
    `responded` bool. `contacts` int64: events that the customer takes part in; `rounds` int64: requests for documents, those before
    one answer counted once; `enquiries`, `switches` int64: enquiries, and changes of channel.
    `stages`; `stage_s` float64, `stage_contacts` int64, `stage_reached` and `lost` bool [cases, stages]: time and contacts of the whole
    case by stage, whether it came there, and whether it ended there because the customer withdrew, the time limit passed, or the
    bank cancelled while it waited for the customer. `after_offer`, `complaints`: what became of offers and complaints.
    """

    visible_s: np.ndarray
    answered: np.ndarray
    customer_s: np.ndarray
    response_s: np.ndarray
    responded: np.ndarray
    contacts: np.ndarray | None
    rounds: np.ndarray | None
    enquiries: np.ndarray | None
    switches: np.ndarray | None
    case_weeks: float
    stages: Stages
    stage_s: np.ndarray
    stage_contacts: np.ndarray
    stage_reached: np.ndarray
    lost: np.ndarray | None
    after_offer: AfterOffer
    complaints: Complaints

    @classmethod
    def of(cls, log: EventLog, understanding: Understanding, waits: CustomerWaits, endings: Endings) -> "Journey":
        stages = Stages.of(log, understanding, waits)
        rows = np.arange(len(log))
        party = [meaning.party for meaning in understanding.activities]
        customer = np.array([p is Party.CUSTOMER for p in party], dtype=bool)[log.activity]
        bank = np.array([p is Party.BANK for p in party], dtype=bool)[log.activity]
        first = first_row(log, customer)
        begin = np.where(first >= 0, log.began[first], UNKNOWN_TIME)
        submitted = np.where(first >= 0, log.moment[first], UNKNOWN_TIME)
        if log.arrival is not None:
            came = log.arrival != UNKNOWN_TIME
            begin, submitted = np.where(came, log.arrival, begin), np.where(came, log.arrival, submitted)
        closing = _first_closing(log, understanding, endings)
        answered = closing >= 0
        until = np.where(answered, log.moment[closing], np.maximum(endings.as_of, log.case_end))
        seen = (begin != UNKNOWN_TIME) & (begin <= until)
        since = np.where(seen, begin, until)
        within = np.clip(log.moment - since[log.case], 0, stages.gap)
        within[rows > np.where(answered, closing, len(log))[log.case]] = 0
        spent = stages.per_case(log, within) / SECOND
        term = spent[:, TERM] if stages.from_kinds else np.zeros(log.cases)
        turn = spent[:, list(CUSTOMERS_TURN)].sum(axis=1) if stages.from_kinds else np.full(log.cases, np.nan)
        act = first_row(log, bank & (log.moment >= submitted[log.case]))
        responded = seen & (act >= 0)
        response = np.maximum(np.where(responded, log.began[act], endings.as_of) - np.where(seen, submitted, endings.as_of), 0)
        asked = seen & (responded | ~endings.closed) & bool(bank.any())
        facing = customer | kinds(understanding, *CUSTOMER_FACING)[log.activity]
        size = len(stages.names)
        contacts = np.bincount((log.case.astype(np.int64) * size + stages.of_row)[facing], minlength=log.cases * size)
        ended = np.where(endings.closed, log.moment[endings.by], np.maximum(endings.as_of, log.case_end))
        return cls(
            visible_s=np.where(seen, np.maximum((until - since) / SECOND - term, 0), np.nan),
            answered=answered,
            customer_s=np.where(seen & answered, turn, np.nan),
            response_s=np.where(asked, response / SECOND, np.nan),
            responded=responded,
            contacts=contacts.reshape(log.cases, size).sum(axis=1) if facing.any() else None,
            rounds=_rounds(log, understanding, waits),
            enquiries=_count(log, kinds(understanding, Kind.ENQUIRY)),
            switches=_switches(log),
            case_weeks=float((ended - log.case_start).clip(0).sum()) / SECOND / (7 * 86_400),
            stages=stages,
            stage_s=stages.per_case(log) / SECOND,
            stage_contacts=contacts.reshape(log.cases, size),
            stage_reached=stages.reached(log),
            lost=_lost(log, understanding, waits, endings, stages),
            after_offer=AfterOffer.of(
                log, understanding, endings, _gone(log, understanding, waits, endings), can_be_lost(understanding, waits)
            ),
            complaints=Complaints.of(log, understanding, endings, bank),
        )

    @cached_property
    def bank_share(self) -> float | None:
        """The bank's part of all visible time of answered cases."""
        done = self.answered & ~np.isnan(self.visible_s) & ~np.isnan(self.customer_s)
        total = float(self.visible_s[done].sum())
        return 1 - min(float(self.customer_s[done].sum()) / total, 1.0) if total > 0 else None

    @cached_property
    def figures(self) -> tuple[JourneyFigure, ...]:
        """Table 10.1.2, as far as a log can fill it."""
        cases, done = len(self.answered), int((self.answered & ~np.isnan(self.visible_s)).sum())
        load = None if self.enquiries is None or not self.case_weeks else float(self.enquiries.sum()) / self.case_weeks
        once = None if self.rounds is None else self.rounds == 0
        switched = None if self.switches is None else self.switches > 0
        return (
            *times("visible", Text(zh="客户感受的时长", en="Time until the answer"), self.visible_s, self.answered),
            JourneyFigure("bank_share", Text(zh="其中银行所用", en="Of this the bank's share"), "share", self.bank_share, None, None, done),
            *times("response", Text(zh="首次响应", en="Time to the first response"), self.response_s, self.responded),
            mean("contacts", Text(zh="每案接触次数", en="Contacts per case"), self.contacts, cases),
            mean("rounds", Text(zh="每案补件轮次", en="Document rounds per case"), self.rounds, cases),
            share("first_time_right", Text(zh="资料一次交齐的案件", en="Cases complete at first"), once, cases),
            JourneyFigure("enquiry_load", Text(zh="每件每周查询次数", en="Enquiries per case and week"), "number", load, None, None, cases),
            *self.after_offer.figures,
            *self.complaints.figures(cases),
            share("channel_switch", Text(zh="中途换渠道的案件", en="Cases that changed channel"), switched, cases),
        )

    @property
    def table(self) -> "pd.DataFrame":
        import pandas as pd

        names = ("id", "value", "low", "high", "cases")
        return pd.DataFrame([{name: getattr(figure, name) for name in names} for figure in self.figures], columns=list(names))

    def blocks(self) -> list[Block]:
        columns = (
            Column(Text(zh="指标", en="Measure"), "text"),
            Column(Text(zh="数值", en="Value"), "text"),
            Column(Text(zh="区间（90%）", en="Interval (90 %)"), "text"),
            Column(Text(zh="案件", en="Cases"), "count"),
        )

        def interval(figure: JourneyFigure) -> Text | str:
            ends = [figure.said(end) for end in (figure.low, figure.high)]
            known = figure.low is not None and figure.high is not None
            return Text(zh=f"{ends[0].zh} 至 {ends[1].zh}", en=f"{ends[0].en} to {ends[1].en}") if known else ""

        rows = [(figure.title, figure.said(figure.value), interval(figure), figure.cases) for figure in self.figures]
        note = Text(
            zh="客户感受的时长从客户首次办理（或到达）算到首个结案环节，不含合同约定的期限；未结案件按删失数据计入。银行所用为其中不该客户办理的时间。",
            en="The time until the answer runs from the customer's first act (or arrival) to the first step that closes the case, without "
            "waits by contract; open cases count as censored. The bank's share is the time in which it was not the customer's turn.",
        )
        return [TableBlock(columns, rows, caption=Text(zh="客户旅程", en="The customer's journey")), Paragraph(note)]


def first_row(log: EventLog, what: np.ndarray) -> np.ndarray:
    """int64 [cases]: the first row of each case that is one of `what`, -1 without."""
    found = np.full(log.cases, -1, dtype=np.int64)
    rows = np.flatnonzero(what)[::-1]
    found[log.case[rows]] = rows
    return found


def _first_closing(log: EventLog, understanding: Understanding, endings: Endings) -> np.ndarray:
    """int64 [cases]: the first row that closes the case; a later end, such as a loan repaid, is no answer to the customer."""
    if not endings.from_definition:
        return endings.by
    return first_row(log, np.array([meaning.outcome is not None for meaning in understanding.activities], dtype=bool)[log.activity])


def can_be_lost(understanding: Understanding, waits: CustomerWaits) -> tuple[bool, bool]:
    """Whether the log could show that a customer withdrew, and that the time ran out on one."""
    ends = {meaning.outcome for meaning in understanding.activities}
    return Outcome.WITHDRAWN in ends, Outcome.TIMED_OUT in ends or (Outcome.CANCELLED in ends and waits.known)


def _gone(log: EventLog, understanding: Understanding, waits: CustomerWaits, endings: Endings) -> np.ndarray:
    """int64 [cases]: how the case ended: 0 the customer withdrew, 1 time limit or cancelled while the customer's answer was awaited,
    2 otherwise, -1 open.
    """
    code = {Outcome.WITHDRAWN: 0, Outcome.TIMED_OUT: 1, Outcome.CANCELLED: 3}
    outcome = np.array([2 if m.outcome is None else code.get(m.outcome, 2) for m in understanding.activities], dtype=np.int64)
    way = outcome[log.activity[endings.by]]
    way = np.where(way == 3, np.where(waits.inside[endings.by], 1, 2), way)
    return np.where(endings.closed, way, -1)


def _lost(log: EventLog, understanding: Understanding, waits: CustomerWaits, endings: Endings, stages: Stages) -> np.ndarray | None:
    if not any(can_be_lost(understanding, waits)):
        return None
    way = _gone(log, understanding, waits, endings)
    lost = np.zeros((log.cases, len(stages.names)), dtype=bool)
    cases = np.flatnonzero((way == 0) | (way == 1))
    lost[cases, stages.of_row[endings.by[cases]]] = True
    return lost


def _count(log: EventLog, of_activity: np.ndarray) -> np.ndarray | None:
    """int64 [cases]: rows of these activities; None where the log has none."""
    return np.bincount(log.case[of_activity[log.activity]], minlength=log.cases) if of_activity.any() else None


def _rounds(log: EventLog, understanding: Understanding, waits: CustomerWaits) -> np.ndarray | None:
    """int64 [cases]: requests for documents; those before one answer are one round, if the log shows answers at all."""
    request = kinds(understanding, Kind.REQUEST_TO_CUSTOMER)
    if not request.any() or not waits.known:
        return _count(log, request)
    rows = np.flatnonzero(request[log.activity])
    answered = np.cumsum(answers(understanding)[log.activity])[rows]
    case = log.case[rows]
    again = np.zeros(len(rows), dtype=bool)
    again[1:] = (case[1:] == case[:-1]) & (answered[1:] == answered[:-1])
    return np.bincount(case[~again], minlength=log.cases)


def _switches(log: EventLog) -> np.ndarray | None:
    """int64 [cases]: how often the channel was another than the one known before; None without the column."""
    channel = log.attributes.get("channel")
    if channel is None:
        return None
    rows = np.flatnonzero(channel.codes >= 0)
    case, codes = log.case[rows], channel.codes[rows]
    return np.bincount(case[1:][(case[1:] == case[:-1]) & (codes[1:] != codes[:-1])], minlength=log.cases)
