import numpy as np
import polars as pl
import pytest

from bankmine.errors import InputError
from bankmine.log import labels, likeness
from bankmine.log.coded import coded


def cases(cells):
    series = cells if isinstance(cells, pl.Series) else pl.Series(cells, dtype=pl.String)
    found = labels.cases(series, file="log.csv", column="case_id", line=np.arange(2, len(series) + 2))
    return found.names.text().to_list(), {note.code: note.counted for note in found.notes if note.counted}


def activities(cells):
    found = labels.activities(pl.Series(cells, dtype=pl.String), column="activity")
    return found.names.text().to_list(), {note.code: note.counted for note in found.notes if note.counted}


def test_case_ids_are_text():
    assert cases(["00000001", "1e5", "A 1"]) == (["00000001", "1e5", "A 1"], {})
    assert cases(pl.Series([7, None])) == (["7", None], {})


def test_case_ids_are_trimmed_and_folded():
    assert cases(["C1", "Ｃ１", " C1　", "C1\u00a0", "\ufeffC1"]) == (["C1"] * 5, {"CASE_NORMALISED": 3, "INVISIBLE_CHARS": 1})


def test_null_words_are_no_case():
    assert cases(["NA", "None", " ", "无", "null-7", None])[0] == [None, None, None, None, "null-7", None]


def test_the_errors_of_a_spreadsheet_are_no_names():
    assert cases(["#N/A", "#REF!", "#7"])[0] == [None, None, "#7"]
    assert activities(["Approve", "#VALUE!", "#NAME?"])[0] == ["Approve", None, None]


def test_ids_that_were_numbers_once():
    assert cases(["1001.0", "1001", "1002.00"]) == (["1001", "1001", "1002"], {"CASE_FLOAT": 2})
    assert cases(["1.0", "1.1", "1.2"]) == (["1.0", "1.1", "1.2"], {})
    assert cases(pl.Series([1001.0, None])) == (["1001", None], {"CASE_FLOAT": 1})


def test_ids_that_have_lost_their_digits_are_refused():
    for cells in (["C1", "6.22202E+18"], ["C1", "6.22202e18"], ["12E18", "6,22202E+18"], pl.Series([1.0, 6.22202e18])):
        with pytest.raises(InputError) as caught:
            cases(cells)
        assert (caught.value.code, caught.value.line) == ("CASE_SCI_NOTATION", 3)


def test_a_missing_number_is_not_taken_for_one_too_large():
    assert cases(pl.Series([float("nan"), 7.0])) == ([None, "7"], {"CASE_FLOAT": 1})
    with pytest.raises(InputError, match=r"log.csv:3:case_id: CASE_SCI_NOTATION: .*9.99999e\+99"):
        cases(pl.Series([float("nan"), 6.22202e18]))


def test_personal_numbers_are_noticed_and_kept():
    ids = ["6222021234567890123", "4111111111111111", "4111111111111112", "11010519491231002X", "110105194912310021"]
    assert cases(ids) == (ids, {"PII_CARD": 2, "PII_ID": 1})


def test_labels_equal_but_for_spaces_and_width_are_one():
    values, found = activities(["Credit check", " Credit  check", "Credit\u00a0check", "Ｃredit check", "Credit\u200b check"])
    assert set(values) == {"Credit check"}
    assert found == {"LABEL_WHITESPACE": 2, "LABEL_NFKC": 1, "INVISIBLE_CHARS": 1}


def test_a_line_break_and_control_signs_in_a_label_stay():
    assert activities(["Submit\napplication", "\x1b[31mred"]) == (["Submit\napplication", "\x1b[31mred"], {})


@pytest.mark.parametrize(
    ("cells", "code", "count"),
    [
        (["Submit", "Submit", "SUBMIT", "submit"], "LABEL_CASE_VARIANT", 2),
        (["Risk review", "Risk review", "Risk reveiw", "Risk-review"], "LABEL_SIMILAR", 2),
        (["信用审查", "信用审查", "信用審查"], "LABEL_SIMILAR", 1),
        (["Approve", "Approve", "Аpprove"], "LABEL_CONFUSABLE", 1),
        (["Submit\u202egnp.exe", "Submit"], "LABEL_BIDI", 1),
        (["Approve 1001", "Approve 1002", "Approve 1003", "Close"], "LABEL_POLLUTED", 3),
        ([f"Step {chr(97 + i // 260)}{chr(97 + i // 10 % 26)}{i}" for i in range(1_001)], "ACT_CARDINALITY", 1_001),
    ],
)
def test_look_alikes_are_counted_and_not_merged(cells, code, count):
    values, found = activities(cells)
    assert values == cells
    assert found[code] == count


@pytest.mark.parametrize(
    "cells",
    [
        ["初审", "复审", "终审", "审批通过", "审批拒绝", "放款"],
        ["Level 1", "Level 2", "Level 3"] * 5,
        ["A_ACCEPTED", "O_ACCEPTED", "A_APPROVED", "O_SENT", "O_SENT_BACK", "W_Nabellen offertes", "W_Nabellen incomplete dossiers"],
    ],
)
def test_different_steps_are_no_look_alikes(cells):
    assert activities(cells) == (cells, {})


def test_ten_thousand_labels_take_little_time():
    cells = [f"{a}{b}{c} request" for a in "abcdefghijklmnopqrstuvwxyz" for b in "abcdefghijklmnopqrst" for c in "abcdefghijklmnopqrst"]
    assert activities(cells)[0] == cells


def synonyms(text):
    rows = [(case, label, moment) for case, trace in (line.split(": ") for line in text) for moment, label in enumerate(trace.split(" > "))]
    case, activity, time = zip(*rows, strict=True)
    labels = coded(pl.Series(activity))
    return likeness.synonyms(labels.renamed(labels.values), coded(pl.Series(case)).codes, np.array(time), "activity")


def test_labels_that_replace_each_other_in_the_same_place_may_be_synonyms():
    note = synonyms([f"c{i}: Apply > {'Approve' if i % 2 else 'Approval granted'} > Pay" for i in range(6)])
    assert note is not None
    assert (note.code, note.count) == ("LABEL_SYNONYM", 1)


def test_alternatives_are_no_synonyms():
    assert synonyms([f"c{i}: Apply > {'Approved' if i % 2 else 'Not approved'} > Close" for i in range(6)]) is None
    assert synonyms([f"c{i}: Apply > {'Approve' if i % 2 else 'Decline'} > Close" for i in range(6)]) is None


def test_control_signs_are_shown_by_their_number():
    assert likeness.shown("a\u202eb\x07") == r"a\u{202e}b\u{7}"


def test_an_accent_more_or_less_makes_a_label_alike_and_a_sign_of_another_script_does_not():
    assert activities(["Crédit check", "Crédit check", "Credit check"])[1] == {"LABEL_SIMILAR": 1}
    assert activities(["が", "が", "か"])[1] == {}


def test_labels_that_were_garbled_before_they_were_exported_are_said():
    assert activities(["审批通过", "审\ufffd\ufffd通过", "锟斤拷锟斤拷", "信用审查"])[1]["LABEL_GARBLED"] == 2
