"""What a label says by itself, where neither a process definition nor a mapping speaks of it.

All rules stand in the tables below and are conservative: an outcome counts only where the rest of the label names nothing but
the case itself (an offer that is cancelled, or a list of declined cases that is checked, ends nothing), and a party only where
the label begins with who acts (to call a customer is not the customer's act). English is matched on word stems, Chinese on text.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from bankmine.process.definition import Kind, Outcome, Party
from bankmine.process.labels import fold, is_chinese, stem, stems


@dataclass(frozen=True, slots=True)
class LabelMeaning:
    party: Party | None = None
    kind: Kind | None = None
    outcome: Outcome | None = None


# Words that name the case itself or the bank: what may stand beside an outcome word. Single letters other than the filler A, such
# as the O_ and W_ of offers and work items, are not among them.
CASE_WORDS = frozenset(
    map(
        stem,
        (
            "application",
            "request",
            "case",
            "loan",
            "credit",
            "deposit",
            "account",
            "payment",
            "transfer",
            "order",
            "purchase",
            "transaction",
            "process",
            "claim",
            "bank",
            "system",
            "automatic",
            "automatically",
            "due",
            "status",
        ),
    )
)
CUSTOMER_WORDS = frozenset({"customer", "client", "applicant", "borrower"})
CASE_TEXT = re.compile(r"申请|贷款|存款|支付|付款|结算|转账|汇款|理财|购买|开户|业务|订单|案件|流程|银行|系统|自动|审批|状态|已|被")
CUSTOMER_TEXT = r"(?:客户|申请人|借款人)"

# Outcome; English: the stems that are left, in any order; Chinese: the whole of the text that is left.
OUTCOMES: Sequence[tuple[Outcome, Sequence[str], re.Pattern[str]]] = (
    (
        Outcome.TIMED_OUT,
        ("timeout", "tim out", "expir", "laps", "cancel timeout", "clos timeout", "cancel expir", "clos expir"),
        re.compile(r"(?:超时|过期|失效)(?:关闭|取消|终止|作废)?|(?:到期|逾期)(?:关闭|取消|终止|作废)"),
    ),
    (Outcome.WITHDRAWN, ("withdraw",), re.compile(CUSTOMER_TEXT + r"(?:撤回|撤销|撤单|取消|放弃)|撤回|撤单")),
    (Outcome.CANCELLED, ("cancel", "auto cancel"), re.compile(r"取消|撤销|作废|终止")),
    (Outcome.DECLINED, ("declin", "reject", "deny", "refus", "not approv"), re.compile(r"拒绝|拒贷|否决|不通过|未通过")),
    (Outcome.APPROVED, ("approv",), re.compile(r"通过|批准|核准|同意")),
)
# The customer's own words for an end: cancel and decline with the customer named as the one who does it.
CUSTOMER_ENDS = frozenset({"cancel", "withdraw", "declin", "abandon"})
# To complete a form is work, a completed case is an end: only the participle counts.
COMPLETED = frozenset({"completed", "closed", "finished", "done"})
COMPLETED_TEXT = re.compile(r"办结|结案|完成|完结")

# Kind; English: on the stems, one space between; Chinese. The first that matches counts: from the particular to the general.
KINDS: Sequence[tuple[Kind, re.Pattern[str], re.Pattern[str]]] = (
    (Kind.COMPLAINT, re.compile(r"\bcomplain(?:t)?\b"), re.compile(r"投诉")),
    # A credit enquiry is the bank's own; a customer's or a status enquiry is not.
    (
        Kind.ENQUIRY,
        re.compile(r"^(?:customer|client|applicant) (?:call|ask|enquiry|phon|query)|^(?:status|progress) (?:enquiry|query|call)|^enquiry$"),
        re.compile(CUSTOMER_TEXT + r"(?:来电|查询|咨询|催办|询问)|催办|催单|进度查询|查询进度|来电咨询"),
    ),
    (
        Kind.CUSTOMER_REPLY,
        re.compile(
            r"^(?:customer|client|applicant|borrower) (?:reply|respond|sign|accept|confirm)\b"
            r"|^(?:customer|client|applicant|borrower) (?:supply|provid|submit|upload|send) .*(?:document|information|paper)"
            r"|^(?:miss|additional)? ?(?:document|information|reply) (?:receiv|return|supply)$"
            r"|^receiv (?:\w+ )?(?:document|reply|information)$"
            r"|^(?:contract|agreement) sign$|^offer (?:accept|return|send back)$"
        ),
        re.compile(
            CUSTOMER_TEXT + r".{0,2}(?:补交|补件|补充|回复|答复|确认|签)"
            r"|补件(?:提交|完成|收到)|补交资料|收到(?:客户)?(?:补件|回复)|^(?:签订|签署).{0,4}合同$"
        ),
    ),
    (
        Kind.REQUEST_TO_CUSTOMER,
        re.compile(
            r"^(?:request|ask|chas|call|requir)\b.*\b(?:document|information|incomplet|miss|paper|supplement|fil)\b"
            r"|^(?:document|information) request$"
        ),
        re.compile(r"补件通知|通知(?:客户)?补|要求(?:客户)?补|退回(?:客户)?补|补充(?:资料|材料)?通知|催补"),
    ),
    (
        Kind.OFFER,
        re.compile(
            r"^(?:send|mak|issu|present) (?:\w+ )?(?:offer|proposal|quot|quotation|contract)$"
            r"|^(?:offer|proposal|quotation|contract) (?:send|mak|issu)$"
        ),
        re.compile(r"(?:发送|出具|提供|送达)(?:报价|要约|方案|合同|批复)"),
    ),
    (Kind.APPROVAL, re.compile(r"\b(?:approv|authoris)\b"), re.compile(r"审批|授权|批准")),
    (Kind.ENTRY, re.compile(r"^(?:enter|captur|input|key)\b|\bdata entry\b"), re.compile(r"录入")),
    (
        Kind.CONTROL,
        re.compile(r"^(?:check|verify|validat|review|audit|screen|inspect)\b|\b(?:kyc|aml|cdd)\b|\bcheck$"),
        re.compile(r"审核|复核|核查|核实|检查|反洗钱|筛查|审查|验证"),
    ),
)
PARTY_OF_KIND: Mapping[Kind, Party] = MappingProxyType(
    {
        Kind.COMPLAINT: Party.CUSTOMER,
        Kind.ENQUIRY: Party.CUSTOMER,
        Kind.CUSTOMER_REPLY: Party.CUSTOMER,
        Kind.REQUEST_TO_CUSTOMER: Party.BANK,
        Kind.OFFER: Party.BANK,
    }
)

# Who acts, by the beginning of the label.
PARTIES: Sequence[tuple[Party, re.Pattern[str], re.Pattern[str]]] = (
    # An auto loan is a loan: "auto" needs a verb after it. What people enter into a system is their work.
    (
        Party.SYSTEM,
        re.compile(
            r"^system (?!entry|enter|input|admin)|\bautomat\w*|\b(?:bot|robot|rpa)\b"
            r"|^auto (?:clos|cancel|approv|reject|generat|assign|check|proces|process)\b"
        ),
        re.compile(r"^系统(?!录入|登记|操作|维护|管理)|自动|机器人"),
    ),
    # 客户经理 is the bank's, 客户资料 and customer service are not acts of the customer's: a verb of the customer's must follow.
    (
        Party.CUSTOMER,
        re.compile(
            r"^(?:customer|client|applicant|borrower) (?:submit|sign|reply|respond|accept|confirm|supply|provid|upload|send"
            r"|pay|repay|cancel|withdraw|declin|apply|choos|select|call|ask|fill|redeem|hold|visit|arriv|complain)"
        ),
        re.compile(
            "^" + CUSTOMER_TEXT + r"(?:填|提交|签|确认|回复|答复|补|选择|购买|认购|申购|申请|还款|按期|赎回|撤|取消|放弃|领取|到"
            r"|来电|致电|咨询|查询|催|投诉|持有|了解|接受|拒绝|缴|上传|支付|付款)"
        ),
    ),
    (
        Party.THIRD_PARTY,
        re.compile(r"^(?:notary|insurer|external|third party|correspondent bank|land registry)\b"),
        re.compile(r"^(?:公证处?|征信中心|评估公司|评估机构|第三方|律师事务所|担保公司|登记中心|保险公司|代理行|对手行)"),
    ),
)

# Words of role and resource columns. A word of the bank's own people wins: 客户经理, customer service, system administrator.
ACTORS: Sequence[tuple[Party, re.Pattern[str], re.Pattern[str]]] = (
    (
        Party.BANK,
        re.compile(
            r"\b(?:teller|clerk|officer|manager|supervisor|analyst|underwriter|advis[eo]r|staff|employee|department|team"
            r"|reviewer|approver|cashier|specialist|admin|administrator|engineer|service|services|relationship|support"
            r"|care|branch|office|desk|counter|agent|investigator)\b"
        ),
        re.compile(r"柜员|经理|专员|主管|信贷员|审批|复核|风控|岗|行长|客服|运营|职员|员工|坐席|管理员|服务|中心|部$|部门"),
    ),
    (Party.CUSTOMER, re.compile(r"\b(?:customers?|clients?|applicant|borrower|payer|consumer)\b"), re.compile(r"客户|申请人|借款人|用户")),
    (
        Party.SYSTEM,
        re.compile(r"\b(?:systems?|bots?|robot|rpa|automatic|automated|automation|auto|batch|machine)\b"),
        re.compile(r"系统|自动|机器人|批处理"),
    ),
    (
        Party.THIRD_PARTY,
        re.compile(r"\b(?:external|third party|notary|bureau|insurer|vendor|correspondent|registry|court)\b"),
        re.compile(r"第三方|外部|公证|评估公司|评估机构|律师事务所|担保公司|保险公司|代理行|对手行"),
    ),
)
# Third parties whose names contain a word of the bank's people (征信中心, credit bureau office).
THIRD_PARTY_FIRST = re.compile(r"征信中心|登记中心|第三方|外部|\b(?:external|third party|bureau)\b")


def meaning_of(label: str) -> LabelMeaning:
    """Party, kind and outcome that the label itself gives; None where no rule speaks."""
    folded = fold(label)
    chinese = is_chinese(folded)
    text = folded.replace(" ", "") if chinese else " ".join(stems(folded))
    outcome = _outcome_zh(text) if chinese else _outcome_en(folded)
    if outcome is None:
        kind = next((kind for kind, en, zh in KINDS if (zh if chinese else en).search(text)), None)
    else:
        kind = Kind.APPROVAL if outcome is Outcome.APPROVED else Kind.END
    party = next((party for party, en, zh in PARTIES if (zh if chinese else en).search(text)), None)
    if outcome is Outcome.WITHDRAWN:
        party = Party.CUSTOMER
    elif party is None and kind is not None:
        party = PARTY_OF_KIND.get(kind)
    return LabelMeaning(party, kind, outcome)


def party_of_values(values: Sequence[str]) -> dict[str, Party]:
    """The party of each value of a role or resource column that names one; values without such a word are left out."""
    found: dict[str, Party] = {}
    for value in values:
        folded = fold(value)
        text = folded.replace(" ", "") if is_chinese(folded) else folded
        if THIRD_PARTY_FIRST.search(text):
            found[value] = Party.THIRD_PARTY
            continue
        chinese = is_chinese(folded)
        party = next((party for party, en, zh in ACTORS if (zh if chinese else en).search(text)), None)
        if party is not None:
            found[value] = party
    return found


def _outcome_en(folded: str) -> Outcome | None:
    words = folded.split()
    left = [word for word in stems(folded) if word not in CASE_WORDS]
    rest = frozenset(left) - CUSTOMER_WORDS
    if len(rest) < len(set(left)):
        # "Customer cancelled", "cancelled by customer"; but to reject a customer is the bank's act.
        by_customer = len(rest) == 1 and rest <= CUSTOMER_ENDS and (left[0] in CUSTOMER_WORDS or "by" in words)
        return Outcome.WITHDRAWN if by_customer else None
    if len(rest) == 1 and rest <= {"complet", "clos", "finish", "done"}:
        return Outcome.COMPLETED if COMPLETED.intersection(words) else None
    return next((outcome for outcome, english, _ in OUTCOMES if rest in map(_words, english)), None)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _outcome_zh(text: str) -> Outcome | None:
    left = CASE_TEXT.sub("", text)
    if COMPLETED_TEXT.fullmatch(left):
        return Outcome.COMPLETED
    return next((outcome for outcome, _, chinese in OUTCOMES if chinese.fullmatch(left)), None)
