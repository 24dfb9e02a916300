import pytest

from bankmine.errors import InputError, UsageError
from bankmine.log.columns import Columns, folded, recognise
from bankmine.show.blocks import TableBlock


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["case_id", "activity", "timestamp", "resource"], {"case": "case_id", "timestamp": "timestamp", "resource": "resource"}),
        (
            ["业务编号", "环节名称", "处理时间", "经办人", "金额"],
            {"case": "业务编号", "timestamp": "处理时间", "resource": "经办人", "amount": "金额"},
        ),
        (["案件编号", "节点", "开始时间", "结束时间", "岗位"], {"start": "开始时间", "end": "结束时间", "role": "岗位"}),
        (["Case ID", "Activity", "Start Timestamp", "Complete Timestamp"], {"start": "Start Timestamp", "end": "Complete Timestamp"}),
        (["case:concept:name", "concept:name", "time:timestamp", "lifecycle:transition"], {"lifecycle": "lifecycle:transition"}),
        (["流水号", "步骤", "时间", "网点", "渠道", "客户类型", "取号时间"], {"case": "流水号", "branch": "网点", "arrival": "取号时间"}),
        (["Ｃａｓｅ－ＩＤ", "ACTIVITY ", "End.Time（北京时间）"], {"case": "Ｃａｓｅ－ＩＤ", "end": "End.Time（北京时间）"}),
    ],
)
def test_usual_names_are_recognised(names, expected):
    source = recognise(names).source
    assert {role: source[role] for role in expected} == expected


def test_the_better_name_wins_and_the_other_is_left_unused():
    columns = recognise(["流水号", "业务编号", "环节", "时间", "备注"])
    assert columns.source["case"] == "业务编号"
    assert columns.unused == ("流水号", "备注")


def test_a_timestamp_beside_a_start_is_the_end():
    columns = recognise(["case", "activity", "start_timestamp", "time:timestamp"])
    assert columns.source["end"] == "time:timestamp"
    assert "timestamp" not in columns.source


def test_date_and_time_of_day_in_two_columns_are_one_time():
    assert recognise(["case_id", "activity", "txn_date", "txn_time"]).source["timestamp"] == "txn_date+txn_time"
    split = recognise(["case", "activity", "开始日期", "开始时间", "完成日期", "完成时间"])
    assert (split.source["start"], split.source["end"]) == ("开始日期+开始时间", "完成日期+完成时间")
    assert split.parts("start") == ("开始日期", "开始时间")
    assert recognise(["c", "a", "d", "t"], {"case": "c", "activity": "a", "timestamp": "d + t"}).source["timestamp"] == "d+t"


def test_equally_good_columns_are_refused_with_the_option():
    with pytest.raises(InputError) as caught:
        recognise(["case_id", "业务编号", "activity", "timestamp"])
    assert caught.value.code == "COLUMN_AMBIGUOUS"
    assert "case_id" in str(caught.value)
    assert "--case" in str(caught.value)


def test_equally_good_columns_of_an_optional_role_are_reported_and_not_taken():
    columns = recognise(["case", "activity", "timestamp", "贷款金额", "申请金额"])
    assert "amount" not in columns.source
    assert columns.ambiguous == {"amount": ("贷款金额", "申请金额")}
    assert recognise(["case", "activity", "timestamp", "贷款金额", "申请金额"], {"amount": "申请金额"}).source["amount"] == "申请金额"


@pytest.mark.parametrize(
    ("names", "option"),
    [(["x", "activity", "time"], "--case"), (["case", "x", "time"], "--activity"), (["case", "activity", "start"], "--timestamp")],
)
def test_a_missing_column_is_named_with_its_option(names, option):
    with pytest.raises(InputError) as caught:
        recognise(names, file="log.csv")
    assert caught.value.code == "COLUMN_MISSING"
    assert option in str(caught.value)
    assert names[0] in str(caught.value)


def test_a_given_name_that_is_not_there_is_refused_with_the_close_one():
    with pytest.raises(InputError, match="loan_number"):
        recognise(["loan_number", "activity", "time"], {"case": "loan_numbr"})
    with pytest.raises(UsageError, match="resource"):
        recognise(["case", "activity", "time"], {"resorce": "case"})


def test_what_was_understood_can_be_shown():
    columns = recognise(["c", "activity", "time", "memo"], {"case": "c"})
    table = next(block for block in columns.blocks() if isinstance(block, TableBlock))
    assert [row[1] for row in table.rows] == ["c", "activity", "time"]
    assert [row[2].en for row in table.rows] == ["given", "by its name", "by its name"]
    assert isinstance(columns, Columns)


def test_extra_columns_are_kept():
    columns = recognise(["case", "activity", "time", "memo", "note"], extra=["memo"])
    assert columns.extra == ("memo",)
    assert columns.unused == ("note",)


def test_folding_removes_case_separators_and_remarks():
    assert folded("Loan_Amount (CNY)") == folded("loan amount") == "loanamount"
    assert folded("（备注）") == "备注"
