import numpy as np
import pytest

from bankmine.errors import InputError, UsageError
from bankmine.log.eventlog import UNKNOWN_TIME, EventLog
from bankmine.measure.answers import Answers
from bankmine.measure.customer import CustomerWaits
from bankmine.measure.endings import Endings
from bankmine.measure.experience import ExperienceMap
from bankmine.measure.journey import Journey
from bankmine.measure.stages import Stages
from bankmine.measure.survey import Survey
from bankmine.process.recognise import understand
from bankmine.show.blocks import Notice, TableBlock
from tests.textlog import textlog


def written(tmp_path, text: str):
    place = tmp_path / "survey.csv"
    place.write_text(text, encoding="utf-8")
    return place


def survey(answers: Answers, log: EventLog, fewest: int = 2) -> Survey:
    understanding = understand(log.activities, process="loan")
    endings = Endings.of(log, understanding)
    stages = Stages.of(log, understanding, CustomerWaits.of(log, understanding))
    return Survey.of(answers, log, understanding, endings, log.case_end - log.case_start, stages, fewest)


def test_columns_are_recognised_in_both_languages_and_comments_do_not_stay(tmp_path) -> None:
    found = Answers.read(written(tmp_path, "业务编号,满意度评分,客户意见,评价日期\nc1,4,太慢了,2024-03-08\nc2,,,\n c3 ,5,,2024/3/9\n"))
    assert found.case == ("c1", "c2", "c3") and found.line.tolist() == [2, 3, 4]
    assert found.score[[0, 2]].tolist() == [4, 5] and np.isnan(found.score[1])
    assert found.commented.tolist() == [True, False, False]
    assert found.time[0] != UNKNOWN_TIME and found.time[1] == UNKNOWN_TIME
    assert "太慢了" not in repr(found)


@pytest.mark.parametrize(
    ("text", "code", "line", "hint"),
    [
        ("case,score\nc1,5\nc2,great\n", "SURVEY_SCORE", 3, "write a number"),
        ("case,points,when\nc1,5,3\n", "SURVEY_COLUMN", 1, "the names of the 3 columns are not shown"),
        ("case,points,date\nc1,5,2024-03-09\n", "SURVEY_COLUMN", 1, "the file has case, points, date"),
        ("case,score,rating\nc1,5,5\n", "SURVEY_COLUMN", 1, "score"),
    ],
)
def test_what_cannot_be_used_is_said_with_file_and_line(tmp_path, text, code, line, hint) -> None:
    with pytest.raises(UsageError) as caught:
        Answers.read(written(tmp_path, text))
    error = caught.value
    assert (error.code, error.line) == (code, line) and error.file is not None and error.file.endswith("survey.csv")
    assert hint in error.hint.en


def test_a_named_column_that_is_not_there_and_a_file_that_is_not_there(tmp_path) -> None:
    with pytest.raises(UsageError, match="no column named 'skore'"):
        Answers.read(written(tmp_path, "case,score\nc1,5\n"), score="skore")
    with pytest.raises(InputError):
        Answers.read(tmp_path / "none.csv")


def test_answers_join_by_case_and_nothing_is_filled_in(tmp_path) -> None:
    log = textlog(
        "c1: Submit application 0 | Reject loan 5 ; c2: Submit application 0 | Reject loan 6 ; c3: Submit application 0 | Enter 9"
    )
    text = "case,score,date\nc1,2,2024-03-09\nc1,4,2024-03-08\nc2,,\nc9,5,\nc3,5,\n"
    found = survey(Answers.read(written(tmp_path, text)), log)
    assert (found.cases, found.score.tolist()) == (("c1", "c3"), [2, 5])  # of c1's answers the later one counts
    assert (found.matched, found.unmatched, found.without_score, found.repeated) == (3, 1, 1, 1)
    assert found.response_share == 0.5  # c3 is open


def test_scores_by_outcome_and_stage_with_small_groups_hidden(tmp_path) -> None:
    rejected = [f"r{k}: Submit application 0 | Check 2 | Reject loan {4 + k}" for k in range(12)]
    sold = [f"s{k}: Submit application 0 | Check 2 | Send offer 5 | Sign contract 9 | Disburse loan {10 + k}" for k in range(3)]
    log = textlog(";".join([*rejected, *sold]))
    text = "case,score\n" + "".join(f"r{k},{5 if k < 6 else 1}\n" for k in range(12)) + "s0,5\ns1,5\n"
    found = survey(Answers.read(written(tmp_path, text)), log, fewest=5)
    by = {row.name.en: row for row in found.rows}
    assert by["Outcome: completed"].answers == 2 and by["Outcome: completed"].mean is None
    assert by["Outcome: declined"].answers == 12 and by["Outcome: declined"].mean is None, "with that of all it would give the two back"
    assert by["All that answered"].mean == 46 / 14
    handling = by["Stage: Bank handles"]
    assert handling.slow_less_fast is not None and handling.slow_less_fast < -3 and handling.q is not None and handling.q < 0.05
    (table,) = (block for block in found.blocks() if isinstance(block, TableBlock))
    assert [row[-1] for row in table.rows if row[0] == handling.name] == [f"{handling.slow_less_fast:.2f} *"]


def test_a_warning_where_those_who_answered_were_served_otherwise(tmp_path) -> None:
    log = textlog(";".join(f"c{k:02}: Submit application 0 | Reject loan {1 + k}" for k in range(40)))
    slow = survey(Answers.read(written(tmp_path, "case,score\n" + "".join(f"c{k},1\n" for k in range(20, 40)))), log)
    assert slow.biased and slow.bias_delta == 1
    (warning,) = (block for block in slow.blocks() if isinstance(block, Notice))
    assert "slower than one that did not in 100 %" in warning.text.en
    mixed = survey(Answers.read(written(tmp_path, "case,score\n" + "".join(f"c{k:02},1\n" for k in range(0, 40, 2)))), log)
    assert not mixed.biased and not [block for block in mixed.blocks() if isinstance(block, Notice)]


def test_no_answers_at_all_and_the_map_with_scores(tmp_path) -> None:
    log = textlog("c1: Submit application 0-1 | Reject loan 5 ; c2: Submit application 0-1 | Reject loan 6")
    none = survey(Answers.read(written(tmp_path, "case,score\nz,1\n")), log)
    assert none.response_share == 0 and none.rows[0].mean is None and none.blocks()
    both = survey(Answers.read(written(tmp_path, "case,score\nc1,1\nc2,4\n")), log)
    understanding = understand(log.activities, process="loan")
    journey = Journey.of(log, understanding, CustomerWaits.of(log, understanding), Endings.of(log, understanding))
    drawn = ExperienceMap.of(journey, both)
    assert drawn.score.tolist() == [2.5, 2.5] and drawn.scale == (1, 4)
