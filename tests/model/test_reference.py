from pathlib import Path

import numpy as np
import pytest

from bankmine.errors import UsageError
from bankmine.log.eventlog import EventLog
from bankmine.measure.endings import Endings
from bankmine.model.alignment import MODEL, align
from bankmine.model.bpmn import read_bpmn
from bankmine.model.export import export
from bankmine.model.reference import Reference
from bankmine.model.variants import Variants
from bankmine.process.load import library, load
from bankmine.process.recognise import understand
from tests.model.test_discovery import LOANS, mined
from tests.textlog import textlog

PROCESS = """
id = "card"
zh = "办卡"
en = "Card"

[[step]]
id = "card.apply"
zh = "申请"
en = "apply"
party = "customer"

[[step]]
id = "card.check"
zh = "审核"
en = "check"
party = "bank"
kind = "control"
mandatory = true

[[step]]
id = "card.request"
zh = "要求补件"
en = "request"
party = "bank"
kind = "request_to_customer"

[[step]]
id = "card.supply"
zh = "补件"
en = "supply"
party = "customer"
kind = "customer_reply"

[[step]]
id = "card.quote"
zh = "报价"
en = "quote"
party = "bank"
multi_instance = true

[[step]]
id = "card.offer"
zh = "要约"
en = "offer"
party = "bank"
kind = "offer"
multi_instance = true

[[step]]
id = "card.approve"
zh = "审批"
en = "approve"
party = "bank"
kind = "approval"
mandatory = true

[[step]]
id = "card.send"
zh = "寄卡"
en = "send"
party = "bank"
outcome = "completed"

[[step]]
id = "card.ask"
zh = "查询"
en = "ask"
party = "customer"
kind = "enquiry"

[[step]]
id = "card.decline"
zh = "拒绝"
en = "decline"
party = "bank"
kind = "end"
outcome = "declined"
"""


def defined(log: EventLog, process: str | Path) -> Reference:
    understanding = understand(log.activities, process=process)
    return Reference.defined(log, understanding, Endings.of(log, understanding))


@pytest.fixture
def card(tmp_path: Path) -> Path:
    (tmp_path / "card.toml").write_text(PROCESS, encoding="utf-8")
    return tmp_path / "card.toml"


@pytest.mark.parametrize(
    ("case", "fits"),
    [
        ("apply 0 | check 1 | approve 2 | send 3", True),
        ("check 1 | approve 2 | send 3", True),  # optional
        ("apply 0 | approve 2 | send 3", False),  # mandatory
        ("apply 0 | check 1 | request 2 | supply 3 | check 4 | approve 5 | send 6", True),
        ("apply 0 | check 1 | request 2 | supply 3 | request 4 | approve 5 | send 6", True),
        ("apply 0 | check 1 | check 2 | approve 5 | send 6", False),  # again without a request
        ("apply 0 | check 1 | supply 2 | approve 5 | send 6", False),  # an answer to nothing
        ("apply 0 | check 1 | quote 2 | offer 3 | quote 4 | offer 5 | approve 6 | send 7", True),  # one per offer
        ("apply 0 | decline 1", True),  # ends before the check is due
        ("apply 0 | check 1 | decline 2", True),
        ("apply 0 | check 1 | approve 2 | send 3 | decline 4", False),  # ends twice
        ("apply 0 | check 1 | ask 2 | approve 3 | ask 4 | send 5 | ask 6", True),  # customers ask when they like
        ("apply 0 | approve 1 | check 2 | send 3", False),
    ],
)
def test_the_defined_process_allows_what_its_rule_says(card: Path, case: str, fits: bool) -> None:
    every = "x: apply 0 | check 1 | request 2 | supply 3 | quote 4 | offer 5 | approve 6 | ask 7 | decline 8 | send 9"
    reference = defined(textlog(f"c1: {case} ; {every}"), card)
    ours = align(reference.petri_net, reference.variants)
    assert bool(ours.fitness[reference.variants.of_case[0]] == 1.0) is fits


def test_mandatory_steps_that_the_log_never_shows_are_not_recorded_instead_of_skipped(card: Path) -> None:
    reference = defined(textlog("c1: apply 0 | check 1 | send 2"), card)
    labels = {t.label for t in reference.petri_net[0].transitions if t.label}
    assert labels == {"apply", "check", "send"}
    assert reference.unmatched == ("card.approve",) and reference.name("card.approve").zh == "审批"
    assert align(reference.petri_net, reference.variants).fitting_share == 1


def test_no_case_is_said_to_lack_an_early_end(card: Path) -> None:
    log = textlog("c1: apply 0 | send 1 ; c2: apply 0 | decline 1 ; c3: apply 0 | check 1 | approve 2 | send 3")
    reference = defined(log, card)
    ours = align(reference.petri_net, reference.variants, certain=reference.ends)
    lacks = {ours.labels[label] for label in ours.moves.label[ours.moves.kind == MODEL]}
    assert reference.ends == {"decline"} and lacks == {"check", "approve"}


def test_open_cases_and_labels_without_a_step_are_left_out_and_said(card: Path) -> None:
    reference = defined(textlog("c1: apply 0 | check 1 | hum 2 | approve 3 | send 4 ; c2: apply 0 ; c3: apply 0 | ask 1 | decline 2"), card)
    assert (reference.open_cases, reference.passed_over, reference.cases.tolist()) == (1, ("ask", "hum"), [0, 2])
    assert [reference.variants.names(v) for v in reference.variants.of_case] == [
        ("apply", "check", "approve", "send"),
        ("apply", "decline"),
    ]


def test_sessions_of_one_work_item_are_one_step(card: Path) -> None:
    log = textlog("c1: apply 0 | check 1-2 #7 | check 3-4 #7 | approve 5 | send 6")
    reference = defined(log, card)
    assert align(reference.petri_net, reference.variants).fitting_share == 1


@pytest.mark.parametrize("process", [definition.id for definition in library()])
def test_every_defined_process_can_be_walked_in_its_order(process: str) -> None:
    steps = load(process).steps
    ends = {s.id for s in steps if s.kind == "end"}
    usual = [s for s in steps if s.kind not in ("enquiry", "complaint") and s.id not in ends]
    walk = " | ".join(f"{s.id} {n}" for n, s in enumerate(usual))
    early = next(s.id for s in steps if s.outcome == "withdrawn_by_customer")
    reference = defined(textlog(f"c1: {walk} ; c2: {usual[0].id} 0 | {early} 1"), process)
    ours = align(reference.petri_net, reference.variants)
    assert (ours.aligned_share, ours.fitting_share) == (1, 1)


def test_without_a_process_there_is_nothing_to_compare_with() -> None:
    log = textlog("c1: hum 0 | haw 1")
    understanding = understand(log.activities)
    with pytest.raises(UsageError, match="PROCESS_NEEDED"):
        Reference.defined(log, understanding, Endings.of(log, understanding))


def of_file(path: Path, text: str, process: str | Path | None = None) -> Reference:
    log = textlog(text)
    understanding = understand(log.activities, process=process)
    endings = Endings(np.ones(log.cases, dtype=bool), log.offsets[1:] - 1, 0, True)
    return Reference.of_file(path, log, understanding, endings)


def bpmn(body: str, head: str = "") -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">{body}</definitions>'
    )


def chain(*nodes: str) -> str:
    """A process of nodes one after the other, such as `task check`, `intermediateCatchEvent`."""
    parts = [node.partition(" ") for node in ("startEvent", *nodes, "endEvent")]
    drawn = "".join(f'<{kind} id="e{n}" name="{name}"/>' for n, (kind, _, name) in enumerate(parts))
    flows = "".join(f'<sequenceFlow id="f{n}" sourceRef="e{n}" targetRef="e{n + 1}"/>' for n in range(len(parts) - 1))
    return f'<process id="p">{drawn}{flows}</process>'


@pytest.mark.parametrize("algorithm", ["inductive", "heuristics"])
def test_a_discovered_model_comes_back_from_its_file(tmp_path: Path, algorithm: str) -> None:
    log = textlog(LOANS)
    model = mined(log, algorithm=algorithm)
    export(model, tmp_path / "m.bpmn")
    reference = of_file(tmp_path / "m.bpmn", LOANS)
    ours, before = align(reference.petri_net, reference.variants), align(model.petri_net, Variants.of(log))
    assert (ours.cost // 10_000).tolist() == (before.cost // 10_000).tolist()
    assert reference.unmatched == () and ours.fitting_share == before.fitting_share


def test_a_file_is_read_with_its_events_and_names(tmp_path: Path) -> None:
    path = tmp_path / "m.bpmn"
    path.write_text(bpmn(chain("userTask Take  order", "intermediateCatchEvent one day", "callActivity check", "task")), encoding="utf-8")
    reference = of_file(path, "c1: take-order 0 | check 1 | elsewhere 2")
    assert reference.variants.names(0) == ("Take order", "check", "elsewhere")
    assert align(reference.petri_net, reference.variants).cost.item() // 10_000 == 1


@pytest.mark.parametrize(
    ("gateway", "fitting"),
    [
        ("exclusiveGateway", {"a": True, "b": True, "ab": False, "ba": False}),
        ("eventBasedGateway", {"a": True, "b": True, "ab": False, "ba": False}),
        ("parallelGateway", {"a": False, "b": False, "ab": True, "ba": True}),
        ("inclusiveGateway", {"ab": True, "ba": True}),
    ],
)
def test_gateways(tmp_path: Path, gateway: str, fitting: dict[str, bool]) -> None:
    join = "exclusiveGateway" if gateway == "eventBasedGateway" else gateway
    nodes = f'<startEvent id="s"/><{gateway} id="g"/><task id="a" name="a"/><task id="b" name="b"/><{join} id="j"/><endEvent id="e"/>'
    flows = "".join(f'<sequenceFlow id="{x}{y}" sourceRef="{x}" targetRef="{y}"/>' for x, y in ("sg", "ga", "gb", "aj", "bj", "je"))
    (tmp_path / "m.bpmn").write_text(bpmn(f'<process id="p">{nodes}{flows}</process>'), encoding="utf-8")
    cases = " ; ".join(f"c{n}: " + " | ".join(f"{name} {k}" for k, name in enumerate(case)) for n, case in enumerate(("ab", *fitting)))
    reference = of_file(tmp_path / "m.bpmn", cases)
    fitness = align(reference.petri_net, reference.variants).fitness[reference.variants.of_case]
    assert dict(zip(fitting, (fitness == 1.0).tolist()[1:], strict=True)) == fitting


def test_tasks_are_matched_by_meaning_where_names_differ(tmp_path: Path, card: Path) -> None:
    path = tmp_path / "m.bpmn"
    path.write_text(bpmn(chain("task 申请", "task 审核", "task 归档")), encoding="utf-8")
    reference = of_file(path, "c1: apply 0 | check 1 | ask 2", card)
    assert reference.variants.names(0) == ("申请", "审核")
    assert (reference.unmatched, reference.passed_over, reference.controls) == (("归档",), ("ask",), {"审核"})


FLOW = '<sequenceFlow id="f" sourceRef="a" targetRef="b"/>'
TASKS = '<task id="a" name="check"/><task id="b" name="pay"/>'
HOSTILE = {
    "BPMN_DTD": bpmn(chain("task check"), '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>').replace('"check"', '"&x;"'),
    "BPMN_XML": "not XML at all",
    "BPMN_PROCESS": bpmn(f'<process id="p">{TASKS}{FLOW}</process><process id="q">{TASKS}{FLOW}</process>'),
    "BPMN_ELEMENT": bpmn(chain("task check", "subProcess")),
    "BPMN_FLOW": bpmn(f'<process id="p">{TASKS}<sequenceFlow id="f" sourceRef="a" targetRef="nowhere"/></process>'),
    "BPMN_SIZE": bpmn('<process id="p">' + FLOW * 2_001 + "</process>"),
    "BPMN_NAMES": bpmn(chain("task something else")),
}


@pytest.mark.parametrize("code", HOSTILE)
def test_a_file_that_cannot_be_used_is_refused_with_a_hint(tmp_path: Path, code: str) -> None:
    path = tmp_path / "m.bpmn"
    path.write_text(HOSTILE[code], encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        of_file(path, "c1: check 0 | pay 1")
    assert caught.value.code == code and caught.value.file == str(path) and caught.value.hint.zh


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "BPMN_XML"),
        (b"<definitions", "BPMN_XML"),
        (b"<html></html>", "BPMN_XML"),
        (b'<?xml version="1.0" encoding="no-such"?><definitions/>', "BPMN_XML"),
        (b"\xff\xfe<\x00!\x00D\x00O\x00C\x00T\x00Y\x00P\x00E\x00 \x00a\x00>\x00<\x00a\x00/\x00>\x00", "BPMN_DTD"),
        (b"<!-- note --> <!doctype a><a/>", "BPMN_DTD"),
        (bpmn("<process>" * 300 + "</process>" * 300).encode(), "BPMN_XML"),
        (bpmn('<process id="p"><startEvent id="a"/><endEvent id="b"/>' + FLOW + "</process>").encode(), "BPMN_PROCESS"),
        (b" " * (9 << 20), "BPMN_SIZE"),
    ],
)
def test_broken_and_hostile_bytes(tmp_path: Path, content: bytes, code: str) -> None:
    (tmp_path / "m.bpmn").write_bytes(content)
    with pytest.raises(UsageError) as caught:
        read_bpmn(tmp_path / "m.bpmn")
    assert caught.value.code == code


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="BPMN_FILE"):
        read_bpmn(tmp_path / "none.bpmn")


def test_names_cannot_move_the_cursor(tmp_path: Path) -> None:
    (tmp_path / "m.bpmn").write_text(bpmn(chain("task pay\u202e")), encoding="utf-8")
    assert read_bpmn(tmp_path / "m.bpmn")[1] == ("pay\\u{202e}",)
