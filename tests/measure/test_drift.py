import numpy as np

from bankmine.api import analyze
from bankmine.measure.drift import REWORK, WAIT
from bankmine.settings import Settings
from tests.textlog import hours, textlog

WEEK = 168


def log(weeks: int, wait: "list[float]", again: "list[bool]"):
    lines = []
    for week in range(weeks):
        for k in range(6):
            t = week * WEEK + 9 + 24 * (k % 5) + k / 10
            back = f" | a {t + 40}-{t + 41} @ann" if again[week] and k < 4 else ""
            w = wait[week] * (1 + k / 10)
            lines.append(f"w{week}k{k}: a {t}-{t + 1} @ann | b {t + 1 + w}-{t + 2 + w} @bob{back}")
    return analyze(textlog("\n".join(lines)))


def test_a_wait_that_grows_is_found_with_its_week_and_its_size() -> None:
    found = log(24, [2.0 + 0.1 * (w % 3) for w in range(14)] + [6.0 + 0.1 * (w % 3) for w in range(10)], [False] * 24).drift
    at = np.flatnonzero(found.what == WAIT)
    assert [found.activities[found.activity[k]] for k in at] == ["b"]
    assert found.at[at].tolist() == [hours(14 * WEEK)]
    assert 2.0 <= found.before[at[0]] / 3600 <= 3.2 and 6.0 <= found.after[at[0]] / 3600 <= 9.5
    assert found.lasting[at].all() and found.table["what"].tolist() == ["wait_s"]
    assert "2024-06-10" in str(found.blocks()[0])


def test_rework_that_begins_is_found() -> None:
    found = log(24, [2.0] * 24, [w >= 12 for w in range(24)]).drift
    at = np.flatnonzero((found.what == REWORK) & (found.activity == found.activities.index("a")))
    assert found.at[at].tolist() == [hours(12 * WEEK)]
    assert found.before[at].tolist() == [0.0] and found.after[at[0]] > 0.6


def test_a_steady_process_has_not_changed_and_a_short_log_cannot_tell() -> None:
    steady = log(24, [2.0 + 0.3 * (w % 4) for w in range(24)], [False] * 24).drift
    assert steady.series > 0 and not len(steady.at)
    assert "No change" in steady.blocks()[1].text.en
    short = log(11, [2.0] * 11, [False] * 11).drift
    assert short.series == 0 and "Cannot be told" in short.blocks()[0].text.en


def test_what_still_waits_at_the_end_does_not_make_it_look_quicker() -> None:
    lines = []
    for week in range(24):
        for k in range(8):
            t, wait = week * WEEK + 9 + 20 * k, (4 + k) * 60
            done = f" | b {t + 1 + wait}-{t + 2 + wait} @bob" if t + 2 + wait <= 24 * WEEK else ""
            lines.append(f"w{week}k{k}: a {t}-{t + 1} @ann{done}")
    found = analyze(textlog("\n".join(lines))).drift
    assert found.series > 0 and not len(found.at)


def test_a_wait_that_has_grown_for_good_is_a_finding_and_one_that_has_gone_again_is_not() -> None:
    def found(levels: list[float]) -> list[tuple[str, int]]:
        analysis = log(30, levels, [False] * 30)
        pattern = next(p for p in analysis.patterns if p.code == "P28")
        return [(analysis.facts.names[f.activity], len(f.cases)) for f in pattern.find(analysis.facts)]

    assert found([2.0 + 0.1 * (w % 3) + 5 * (w >= 14) for w in range(30)]) == [("b", 16 * 6)]
    assert found([2.0 + 0.1 * (w % 3) + 5 * (10 <= w < 20) for w in range(30)]) == []


def test_a_longer_queue_is_news_only_where_there_is_more_work_for_it() -> None:
    def found(later: int) -> list[tuple[str, int]]:
        """Six cases a week, one a day, until week 14; since then `later` at once on Mondays. Bob takes three hours for each."""
        lines = []
        for week in range(30):
            for k in range(6 if week < 14 else later):
                came = week * WEEK + 9 + (24 * k if week < 14 else 0)
                begun = came + 1 + (0 if week < 14 else 3 * k)
                lines.append(f"w{week}k{k}: a {came}-{came + 1} @ann role=clerk | b {begun}-{begun + 3} @bob role=officer")
        settings = Settings.model_validate({"calendar": {"hours": "24/7"}})
        analysis = analyze(textlog("\n".join(lines)), settings=settings)
        assert "b" in [analysis.drift.activities[k] for k in analysis.drift.activity]
        pattern = next(p for p in analysis.patterns if p.code == "P28")
        return [(analysis.facts.names[f.activity], len(f.cases)) for f in pattern.find(analysis.facts)]

    assert found(6) == []
    assert found(12) == [("b", 16 * 12)]
