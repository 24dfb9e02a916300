from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bankmine.facts import Facts
from bankmine.patterns.base import Finding, Pattern, whole
from bankmine.patterns.needless import changes, second_approvals
from bankmine.show.format import percent
from bankmine.stats.grouped import distinct
from bankmine.stats.shares import wilson
from bankmine.twin.changes import Change, Spared
from bankmine.words import Text


@dataclass(frozen=True)
class ApprovalChain(Pattern):
    """A second approval that lets through whatever the first let through.

    Fires per approval that comes right after another one of the case, where the upper end of the share of cases that it rejects or
    sends back is at most `rejected_share`. Proposed is never to drop the approval but to raise the authority limit of the first: with
    amounts in the log, up to the amount under which the `under_limit` share of the cases lies; what lies above keeps both. Needs the
    control owner's signature. Empower, Reijers & Liman Mansar (2005); definitions §3.4 P02.
    """

    code = "P02"
    title = Text(zh="审批层级过多", en="Approval upon approval")
    diagnoses = ("D1", "D3")
    plan = ("4.1.3(1)", "4.2.2(2)", "8.2.1")
    needs = ("approvals",)
    feasibility = "medium"
    risk_of_change = "high"
    phase = "7-9"

    rejected_share: float = 0.01
    under_limit: float = 0.75
    realistic: float = 1.0

    def find(self, facts: Facts) -> Iterator[Finding]:
        amounts = facts.numbers.get("amount")
        for activity, rows in second_approvals(facts).items():
            hits = int(changes(facts, rows).sum())
            most = wilson(hits, len(rows))[1]
            if most > self.rejected_share:
                continue
            figures: dict[str, float] = {"approvals": len(rows), "rejected": hits, "most_share": most}
            spared, limit = rows, ""
            amount = None if amounts is None else amounts[rows]
            if amount is not None and not np.isnan(amount).all():
                figures["limit"] = float(np.nanquantile(amount, self.under_limit))
                spared = rows[amount <= figures["limit"]]
                limit = f"{figures['limit']:,.0f}"
            text = Text(
                zh="「{name}」紧接在另一道审批之后，{approvals} 次中只有 {hits} 次未通过或退回（至多 {most}）。{how}",
                en="“{name}” comes right after another approval; {hits} of {approvals} times it rejected or sent back (at most {most}). "
                "{how}",
            ).format(
                name=facts.names[activity],
                approvals=len(rows),
                hits=hits,
                most=percent(most),
                how=LIMIT.format(limit=limit) if limit else TRIAL,
            )
            yield Finding(activity, text, figures, distinct(facts.case[spared]), *whole(facts, spared))

    def remedy(self, facts: Facts, finding: Finding) -> tuple[Change, ...]:
        return (Spared(finding.rows),)


LIMIT = Text(
    zh="经控制负责人签署后，提高前一级的授权额度，例如 {limit} 以下不再逐级上报；更高金额仍两级审批。",
    en="With the control owner's signature, raise the first level's authority, for example up to {limit}; above it both levels remain.",
)
TRIAL = Text(
    zh="经控制负责人签署后，按风险或金额划定前一级的授权额度，其余仍两级审批。",
    en="With the control owner's signature, give the first level authority by risk or amount; the rest keeps both levels.",
)
