import pytest

from bankmine.errors import UsageError
from bankmine.process.definition import ActivityMeaning, Kind, Outcome, Party, Understanding
from bankmine.process.label_rules import meaning_of, party_of_values
from bankmine.process.load import library
from bankmine.process.recognise import understand

# State and work-item labels as two public loan logs write them: A_ application, O_ offer, W_ work item.
PREFIXED = (
    "A_SUBMITTED",
    "A_PARTLYSUBMITTED",
    "A_DECLINED",
    "A_PREACCEPTED",
    "A_ACCEPTED",
    "A_FINALIZED",
    "A_CANCELLED",
    "A_REGISTERED",
    "A_APPROVED",
    "A_ACTIVATED",
    "O_SELECTED",
    "O_CREATED",
    "O_SENT",
    "O_SENT_BACK",
    "O_CANCELLED",
    "O_ACCEPTED",
    "O_DECLINED",
    "W_Completeren aanvraag",
    "W_Nabellen offertes",
    "W_Nabellen incomplete dossiers",
    "W_Valideren aanvraag",
)


def meaning(understanding: Understanding, label: str) -> ActivityMeaning:
    return next(m for m in understanding.activities if m.label == label)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("definition", library(), ids=lambda d: d.id)
def test_a_log_with_a_definitions_own_names_is_recognised_whole(definition, lang):
    found = understand([step.name.of(lang) for step in definition.steps])
    assert found.definition == definition
    assert found.matched_steps == tuple(step.id for step in definition.steps)
    assert found.unmatched_activities == ()


@pytest.mark.parametrize(
    ("labels", "process"),
    [
        (("Submit application", "Credit check", "Risk review", "Approve", "Disburse"), "loan"),
        (("提交申请", "征信查询", "风险审查", "审批", "放款"), "loan"),
        (("Submitting application", "CREDIT_CHECK", "loan approval", "disbursed", "Phone call", "Lunch"), "loan"),
        (("Fill in deposit form", "Teller reviews customer documents", "Create account", "Print voucher"), "deposit"),
        (("付款申请", "审核凭证", "经办录入", "复核", "系统清算"), "payment"),
        (("Risk profiling", "Suitability check", "Sign contract", "Execute order", "Redemption"), "wealth"),
    ],
)
def test_the_definition_with_the_best_coverage_is_chosen(labels, process):
    found = understand(labels)
    assert found.definition is not None
    assert found.definition.id == process


@pytest.mark.parametrize(
    "labels",
    [
        ("A", "B", "C"),
        ("Create Fine", "Send Fine", "Payment", "Add penalty", "Send for Credit Collection"),
        ("Reject", "Cancel", "Complaint"),  # steps of all four alike
        (),
    ],
)
def test_an_unknown_process_stays_unknown(labels):
    assert understand(labels).definition is None


def test_outcomes_by_label_where_no_definition_is_chosen():
    found = understand(PREFIXED)
    assert found.definition is None
    ends = {m.label: (m.kind, m.outcome) for m in found.activities if m.outcome is not None}
    assert ends == {
        "A_DECLINED": (Kind.END, Outcome.DECLINED),
        "A_CANCELLED": (Kind.END, Outcome.CANCELLED),
        "A_APPROVED": (Kind.APPROVAL, Outcome.APPROVED),
    }


def test_a_named_definition_tells_who_answers_an_offer():
    found = understand(PREFIXED, process="loan")
    assert meaning(found, "O_SENT").kind is Kind.OFFER
    assert meaning(found, "O_SENT_BACK").party is Party.CUSTOMER
    assert meaning(found, "A_APPROVED").outcome is Outcome.APPROVED
    assert all(m.step is None and m.party is None for m in found.activities if m.label.startswith("W_"))
    assert all(meaning(found, label).outcome is None for label in ("O_CANCELLED", "O_DECLINED", "O_ACCEPTED"))


def test_an_approval_ends_a_case_only_where_nothing_completes_it_later():
    assert meaning(understand(["Submit application", "Credit check", "Approve"]), "Approve").outcome is Outcome.APPROVED
    assert meaning(understand(["Submit application", "Credit check", "Approve", "Disburse"]), "Approve").outcome is None


def test_the_mapping_wins():
    found = understand(
        ["Submit application", "Credit check", "Zusage", "Rueckfrage", "Approve"],
        mapping={
            "Zusage": "loan.offer",
            "Rueckfrage": {"party": "bank", "kind": "request_to_customer", "expected_customer_days": 4},
            "Approve": {"outcome": "completed"},
        },
    )
    offer, query, approve = (meaning(found, label) for label in ("Zusage", "Rueckfrage", "Approve"))
    assert (offer.step and offer.step.id, offer.kind_from, offer.expected_customer_days) == ("loan.offer", "mapping", 5.0)
    assert (query.step, query.party, query.party_from, query.kind) == (None, Party.BANK, "mapping", Kind.REQUEST_TO_CUSTOMER)
    assert query.expected_customer_days == 4.0
    assert (approve.step and approve.step.id, approve.outcome) == ("loan.approve", Outcome.COMPLETED)
    assert found.unmatched_activities == ()


def test_a_mapped_step_names_the_process():
    found = understand(["Schritt 1", "Schritt 2"], mapping={"Schritt 1": "wealth.sign"})
    assert found.definition is not None
    assert found.definition.id == "wealth"


@pytest.mark.parametrize(
    ("entry", "process", "code", "valid"),
    [
        ("loan.aprove", None, "MAPPING_STEP", "loan.approve"),
        ("wealth.sign", "loan", "MAPPING_STEP", "loan.sign"),
        ({"kind": "wrok"}, None, "MAPPING_VALUE", "request_to_customer"),
        ({"party": "us"}, None, "MAPPING_VALUE", "third_party"),
        ({"kind": "end"}, None, "MAPPING_VALUE", "withdrawn_by_customer"),
        ({"art": "work"}, None, "MAPPING_KEY", "expected_customer_days"),
        ({"expected_customer_days": -1}, None, "MAPPING_VALUE", "above 0"),
    ],
)
def test_a_wrong_mapping_is_refused_with_the_valid_names(entry, process, code, valid):
    with pytest.raises(UsageError, match=valid) as caught:
        understand(["X"], process=process, mapping={"X": entry})
    assert caught.value.code == code


def test_party_order_is_mapping_definition_role_label():
    found = understand(
        ["Approve", "Customer pays fee", "Step nine", "自动派单"],
        process="loan",
        actors={"Approve": Party.CUSTOMER, "Customer pays fee": Party.SYSTEM, "Step nine": Party.THIRD_PARTY},
    )
    assert [(m.party, m.party_from) for m in found.activities] == [
        (Party.BANK, "definition"),
        (Party.SYSTEM, "role"),
        (Party.THIRD_PARTY, "role"),
        (Party.SYSTEM, "label"),
    ]


@pytest.mark.parametrize(
    ("label", "party", "kind", "outcome"),
    [
        ("Customer cancelled", Party.CUSTOMER, Kind.END, Outcome.WITHDRAWN),
        ("Order cancelled by customer", Party.CUSTOMER, Kind.END, Outcome.WITHDRAWN),
        ("Application timed out", None, Kind.END, Outcome.TIMED_OUT),
        ("Request expired", None, Kind.END, Outcome.TIMED_OUT),
        ("Loan application declined", None, Kind.END, Outcome.DECLINED),
        ("Case closed", None, Kind.END, Outcome.COMPLETED),
        ("客户取消贷款", Party.CUSTOMER, Kind.END, Outcome.WITHDRAWN),
        ("超时自动取消", Party.SYSTEM, Kind.END, Outcome.TIMED_OUT),
        ("审批不通过", None, Kind.END, Outcome.DECLINED),
        ("业务办结", None, Kind.END, Outcome.COMPLETED),
        ("Customer calls", Party.CUSTOMER, Kind.ENQUIRY, None),
        ("客户催办", Party.CUSTOMER, Kind.ENQUIRY, None),
        ("Complaint received", Party.CUSTOMER, Kind.COMPLAINT, None),
        ("Request missing documents", Party.BANK, Kind.REQUEST_TO_CUSTOMER, None),
        ("补件通知", Party.BANK, Kind.REQUEST_TO_CUSTOMER, None),
        ("客户补交资料", Party.CUSTOMER, Kind.CUSTOMER_REPLY, None),
        ("Send proposal", Party.BANK, Kind.OFFER, None),
        ("系统自动派单", Party.SYSTEM, None, None),
    ],
)
def test_what_a_label_says_by_itself(label, party, kind, outcome):
    said = meaning_of(label)
    assert (said.party, said.kind, said.outcome) == (party, kind, outcome)


@pytest.mark.parametrize(
    "label",
    [
        "Call customer",
        "Reject customer",
        "Complete application",
        "Check list of declined",
        "Offer cancelled",
        "Cancel card",
        "到期兑付",
        "客户资料归档",
        "客户经理外访",
        "Customer due diligence report",
        "Enter into system",
        "Auto loan survey",
        "",
    ],
)
def test_labels_that_only_look_like_it_are_left_alone(label):
    said = meaning_of(label)
    assert said.outcome is None
    assert said.party is None


def test_role_and_resource_words():
    assert party_of_values(
        [
            "客户",
            "客户经理",
            "系统",
            "系统管理员",
            "柜员",
            "Customer Service",
            "Client-3",
            "SYSTEM",
            "征信中心",
            "bot 7",
            "Applicant-000001",
            "第三方评估",
            "张三",
            "112",
        ]
    ) == {
        "客户": Party.CUSTOMER,
        "客户经理": Party.BANK,
        "系统": Party.SYSTEM,
        "系统管理员": Party.BANK,
        "柜员": Party.BANK,
        "Customer Service": Party.BANK,
        "Client-3": Party.CUSTOMER,
        "SYSTEM": Party.SYSTEM,
        "征信中心": Party.THIRD_PARTY,
        "bot 7": Party.SYSTEM,
        "Applicant-000001": Party.CUSTOMER,
        "第三方评估": Party.THIRD_PARTY,
    }
