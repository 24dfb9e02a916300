"""A customer's way through loans small enough to be followed by eye."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bankmine.log.eventlog import SECOND, EventLog
from bankmine.measure.customer import CustomerWaits
from bankmine.measure.enablement import case_begin
from bankmine.measure.endings import Endings
from bankmine.measure.experience import ExperienceMap
from bankmine.measure.journey import Journey
from bankmine.measure.stages import APPLY, COMPLETE, DOCUMENTS, HANDLE, NAMES, OFFER, TERM, Stages
from bankmine.process.recognise import understand
from tests.textlog import hours, textlog

HOUR = 3600.0
LOAN = (
    "c1: Submit application 0-1 | Check documents 3-4 | Request documents 5 | Supply documents 29-30 | Approve 31-32 | "
    "Send offer 33 | Sign contract 81 | Disburse 90-91 ; "
    "c2: Submit application 0-1 | Check documents 2-3 | Request documents 5 | Request documents 6 | Supply documents 8 | "
    "Send offer 9 | Withdrawn 20 ; "
    "c3: Submit application 0-1 | Check documents 1-2 | Send offer 9 | Customer calls 15 | Timeout 60 ; "
    "c4: Submit application 50-51"
)


def journey(log: EventLog, as_of: int | None = None) -> Journey:
    understanding = understand(log.activities, process="loan")
    return Journey.of(log, understanding, CustomerWaits.of(log, understanding), Endings.of(log, understanding, as_of))


def values(found: Journey) -> dict[str, float | None]:
    return {figure.id: figure.value for figure in found.figures}


def test_time_until_the_answer_and_whose_it_was() -> None:
    found = journey(textlog(LOAN), hours(91))
    assert found.visible_s.tolist() == [91 * HOUR, 20 * HOUR, 60 * HOUR, 41 * HOUR]  # c4 is open: until now
    assert found.answered.tolist() == [True, True, True, False]
    # The customer's turn: applying 0-1; from request to answer 5-30; from offer to signature 33-81.
    assert found.customer_s[:3].tolist() == [(1 + 25 + 48) * HOUR, (1 + 3 + 11) * HOUR, (1 + 51) * HOUR]
    assert np.isnan(found.customer_s[3])
    assert found.bank_share == pytest.approx(1 - (74 + 15 + 52) / (91 + 20 + 60))


def test_first_response_waits_for_the_bank_and_open_cases_still_count() -> None:
    found = journey(textlog(LOAN), hours(91))
    assert found.response_s.tolist() == [2 * HOUR, 1 * HOUR, 0, 40 * HOUR]
    assert found.responded.tolist() == [True, True, True, False]
    assert values(found)["response_median"] == HOUR and values(found)["response_p90"] is None


def test_contacts_rounds_enquiries() -> None:
    found = journey(textlog(LOAN))
    assert found.contacts is not None and found.contacts.tolist() == [5, 6, 3, 1]  # that the time ran out is the system's doing
    assert found.rounds is not None and found.rounds.tolist() == [1, 1, 0, 0]  # two requests before one answer are one round
    assert found.enquiries is not None and found.enquiries.tolist() == [0, 0, 1, 0]
    assert values(found)["first_time_right"] == 0.5


def test_drop_out_and_time_out_after_an_offer_compete() -> None:
    found = journey(textlog(LOAN))
    assert values(found)["drop_out_30d"] == pytest.approx(1 / 3)
    assert values(found)["time_out_30d"] == pytest.approx(1 / 3)
    assert found.lost is not None and np.argwhere(found.lost).tolist() == [[1, OFFER], [2, OFFER]]


def test_cancelling_counts_as_time_out_only_while_the_customer_is_awaited() -> None:
    log = textlog(
        "c1: Submit application 0 | Request documents 1 | Supply documents 2 | Send offer 3 | Cancel application 50 ; "
        "c2: Submit application 0 | Send offer 3 | Sign contract 10 | Cancel application 50"
    )
    found = journey(log)
    assert found.lost is not None and found.lost.any(axis=1).tolist() == [True, False]


def test_what_the_log_cannot_show_is_not_known() -> None:
    log = textlog("c1: Check documents 0-1 | Approve loan 5-6 ; c2: Check documents 0-1 | Approve loan 5-6")
    found = journey(log)
    assert np.isnan(found.visible_s).all()
    told = values(found)
    assert {name for name, value in told.items() if value is not None} == set()


def test_complaints_are_settled_by_the_bank_or_the_end_of_the_case() -> None:
    log = textlog(
        "c1: Submit application 0 | Complaint 5 | Check documents 6 | Reject loan 25 ; c2: Submit application 0 | Reject loan 5 | "
        "Complaint 10 | Complaint 11 | Check documents 20 ; "
        "c3: Submit application 0 | Complaint 30 ; c4: Submit application 0 | Reject loan 9"
    )
    found = journey(log, hours(40)).complaints
    assert found.duration_s.tolist() == [20 * HOUR, 10 * HOUR, 10 * HOUR]
    assert found.settled.tolist() == [True, True, False] and found.several.tolist() == [False, True, False]


def test_a_change_of_channel_needs_two_known_ones() -> None:
    log = textlog("c1: a 0 channel=web | b 1 | c 2 channel=branch | a 3 channel=web ; c2: a 0 channel=web | b 1 channel=web")
    found = journey(log)
    assert found.switches is not None and found.switches.tolist() == [2, 0]
    assert journey(textlog("c1: a 0 | b 1")).switches is None


def test_each_row_stands_in_the_stage_that_it_ends() -> None:
    log = textlog(LOAN)
    understanding = understand(log.activities, process="loan")
    stages = Stages.of(log, understanding, CustomerWaits.of(log, understanding))
    assert stages.from_kinds and stages.names == NAMES
    first = stages.of_row[log.case == 0].tolist()
    assert first == [APPLY, HANDLE, HANDLE, DOCUMENTS, HANDLE, HANDLE, OFFER, COMPLETE]


def test_the_term_of_a_contract_is_no_waiting_for_the_answer() -> None:
    log = textlog("c1: Submit application 0-1 | Approve loan 5 | Disburse loan 10 | Repayment 700 | Loan settled 8000")
    found = journey(log)
    assert found.visible_s.tolist() == [10 * HOUR]
    assert found.stage_s[0, TERM] == 7990 * HOUR


def test_without_a_customer_the_usual_milestones_part_the_way() -> None:
    log = textlog("c1: a 0 | x 1 | b 2 | c 5 ; c2: a 0 | b 3 | c 4 | c 8 ; c3: a 0 | b 1 | z 2")
    understanding = understand(log.activities)
    stages = Stages.of(log, understanding, CustomerWaits.of(log, understanding))
    assert [name.en for name in stages.names] == ["Until a", "After a", "After b", "After c"]
    assert not stages.from_kinds and stages.turn == (None,) * 4
    assert stages.of_row.tolist() == [0, 1, 1, 2, 0, 1, 2, 3, 0, 1, 2]


INSTANCES = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.sampled_from(
            [
                "Submit application",
                "Check documents",
                "Request documents",
                "Supply documents",
                "Send offer",
                "Sign contract",
                "Cancel",
                "odd",
            ]
        ),
        st.integers(0, 50),
        st.integers(0, 9),
    ),
    min_size=1,
    max_size=30,
)


@given(INSTANCES)
def test_the_stages_of_a_case_add_up_to_its_time(rows: list[tuple[int, str, int, int]]) -> None:
    log = textlog(";".join(f"c{case}: {what} {first}-{first + length}" for case, what, first, length in rows))
    for process in ("loan", None):
        understanding = understand(log.activities, process=process)
        waits = CustomerWaits.of(log, understanding)
        stages = Stages.of(log, understanding, waits)
        assert (stages.per_case(log).sum(axis=1) == log.case_end - case_begin(log)).all()
        found = Journey.of(log, understanding, waits, Endings.of(log, understanding))
        known = ~np.isnan(found.customer_s)
        assert (found.customer_s[known] <= found.visible_s[known] + 1 / SECOND).all()
        assert found.figures and found.blocks() and ExperienceMap.of(found).picture("zh") is not None


def test_the_map_holds_each_stage_with_its_time_contacts_and_losses() -> None:
    table = ExperienceMap.of(journey(textlog(LOAN))).table.set_index("stage")
    assert list(table.index) == ["Apply", "Bank handles", "Supply documents", "Offer and answer", "Complete"]
    assert table.loc["Offer and answer", ["cases", "lost", "median_s"]].tolist() == [3, 2, 48 * HOUR]
    assert table["time_share"].sum() == pytest.approx(1)
    assert table["score"].isna().all()
