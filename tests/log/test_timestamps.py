from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bankmine.errors import InputError, UsageError
from bankmine.log import timestamps
from bankmine.log.eventlog import UNKNOWN_TIME

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def parse(cells, zone="Asia/Shanghai", **options):
    series = cells if isinstance(cells, pl.Series) else pl.Series(cells, dtype=pl.String)
    return timestamps.parse(series, zone=zone, file="log.csv", column="time", line=np.arange(2, len(series) + 2), **options)


def instants(stamps):
    return [None if t == UNKNOWN_TIME else (EPOCH + timedelta(microseconds=int(t))).isoformat()[:19] for t in stamps.time]


def codes(stamps):
    return {finding.code: finding.count for finding in stamps.findings}


NINE_IN_SHANGHAI = "2024-03-14T01:00:00"


@pytest.mark.parametrize(
    "cell",
    [
        "2024-03-14 09:00:00",
        "2024/3/14 9:00",
        "2024.03.14 09:00:00.000",
        "2024-03-14T09:00:00",
        "20240314090000",
        "20240314 09:00:00",
        "2024031409",
        "2024-03-14-09.00.00.000000",
        "2024年03月14日09时00分00秒",
        "2024年3月14日 上午9点",
        "2024年3月14日(星期四) 9:00",
        "２０２４－０３－１４　０９：００",
        "14/03/2024 09:00",
        "03/14/2024 9:00 AM",
        "14-Mar-2024 09:00:00",
        "Mar 14, 2024 9:00 AM",
        "2024-03-14T01:00:00Z",
        "2024-03-14T09:00:00+08:00",
        "2024-03-14T09:00+0800",
        "2024-03-14T09:00:00.123+08:00[Asia/Shanghai]",
        "Thu, 14 Mar 2024 01:00:00 GMT",
        "14/Mar/2024:09:00:00 +0800",
        "1710378000",
        "1710378000000",
        "1710378000000000",
        "1710378000.0",
        "45365.375",
        " 2024-03-14 09:00:00 ",
    ],
)
def test_one_instant_in_many_forms(cell):
    assert instants(parse([cell])) == [NINE_IN_SHANGHAI]


def test_afternoon_and_midnight():
    assert instants(parse(["2024年3月14日 下午3:20", "2024-03-14 12:05 AM", "2024-03-14 12:05 PM"])) == [
        "2024-03-14T07:20:00",
        "2024-03-13T16:05:00",
        "2024-03-14T04:05:00",
    ]


@pytest.mark.parametrize(
    ("cells", "code", "line"),
    [
        (["03/04/2024", "05/06/2024"], "TS_AMBIGUOUS", 2),
        (["24-03-14 09:00", "24-03-15 09:00"], "TS_AMBIGUOUS", 2),
        (["14-MAR-24 09.00.00", None], "TS_AMBIGUOUS", 2),
        (["14/03/2024", "01/02/2024", "03/14/2024"], "TS_MIXED", 4),
        (["2024-03-14T09:00:00Z", None, "2024-03-14T09:00:00"], "TS_TZ_MIXED", 4),
        ([None, "approved", "declined"], "TS_INVALID", 3),
        (["2024-03-14 09:00", "2024-03-14 10:00", "14/03/24 11:00"], "TS_AMBIGUOUS", 4),
        (["14.03.2024 09:00", "15.03.2024 10:00", "16.03.24 11:00"], "TS_AMBIGUOUS", 4),
    ],
)
def test_what_cannot_be_told_is_refused_with_its_place(cells, code, line):
    with pytest.raises(InputError) as caught:
        parse(cells)
    assert (caught.value.code, caught.value.line, caught.value.column) == (code, line, "time")


def test_days_over_twelve_decide_for_the_whole_column():
    assert instants(parse(["03/04/2024 08:00", "25/04/2024 08:00"])) == ["2024-04-03T00:00:00", "2024-04-25T00:00:00"]
    assert instants(parse(["03/04/2024 08:00", "04/25/2024 08:00"])) == ["2024-03-04T00:00:00", "2024-04-25T00:00:00"]


def test_a_given_format_settles_what_is_ambiguous():
    assert instants(parse(["03/04/2024 08:00"], format="dmy")) == ["2024-04-03T00:00:00"]
    assert instants(parse(["03/04/2024 08:00"], format="mdy")) == ["2024-03-04T00:00:00"]
    assert instants(parse(["03/04/24 08:00", "x"], format="%d/%m/%y %H:%M")) == ["2024-04-03T00:00:00", None]


def test_several_year_first_forms_in_one_column_are_read_and_reported():
    stamps = parse(["2024-03-14 09:00:00", "2024/03/14 09:00", "20240314090000", "2024-03-14T09:00:00"])
    assert set(instants(stamps)) == {NINE_IN_SHANGHAI}
    assert codes(stamps)["TS_MIXED_FORMATS"] == 4


def test_seconds_and_fractions_left_out_are_one_form():
    assert "TS_MIXED_FORMATS" not in codes(parse(["2024-03-14 09:00:00.5", "2024-03-14 09:00", "2024-03-14 9:00:01"]))


def test_cells_without_a_time_have_their_reason():
    cells = [
        "2024-03-14 09:00:00",
        None,
        "NULL",
        "0000-00-00 00:00:00",
        "2024-02-30 09:00:00",
        "soon",
        "9999-12-31 00:00:00",
        "1900-01-01 00:00:00",
    ]
    stamps = parse(cells)
    assert [timestamps.REASONS[reason] for reason in stamps.reason] == [
        "",
        *["TS_MISSING"] * 3,
        *["TS_INVALID"] * 2,
        *["TS_OUT_OF_RANGE"] * 2,
    ]
    assert (stamps.time[1:] == UNKNOWN_TIME).all()
    assert [(reject.line, reject.code) for reject in stamps.rejects][:2] == [(3, "TS_MISSING"), (4, "TS_MISSING")]
    assert codes(stamps) == {"TS_NAIVE": 1, "TS_MISSING": 3, "TS_INVALID": 2, "TS_OUT_OF_RANGE": 2}


def test_an_offset_that_no_zone_has_is_no_time():
    cells = ["2024-03-14T09:00:00+08:00", "2024-03-14T15:00:00+14:00", "2024-03-14T09:00:00+25:00", "2024-03-14T09:00:00+08:75"]
    for some in (cells, [cell.replace("-", "/") for cell in cells]):  # read as one form and cell by cell
        assert instants(parse(some)) == [NINE_IN_SHANGHAI, NINE_IN_SHANGHAI, None, None]
        assert codes(parse(some)) == {"TS_INVALID": 2}


def test_midnight_at_the_end_of_the_day():
    stamps = parse(["2024-03-14 24:00:00", "20240314240000", "2024-03-14 24:01:00"])
    assert instants(stamps) == ["2024-03-14T16:00:00", "2024-03-14T16:00:00", None]
    assert codes(stamps)["TS_24H"] == 2


def test_dates_alone_are_reported():
    stamps = parse(["2024-03-14", "2024-03-15 10:00", "20240316"])
    assert instants(stamps) == ["2024-03-13T16:00:00", "2024-03-15T02:00:00", "2024-03-15T16:00:00"]
    assert codes(stamps)["TS_DATE_ONLY"] == 2
    assert codes(parse([f"2024-03-{day} 00:00:00" for day in range(10, 20)]))["TS_DATE_ONLY"] == 10


def test_the_hour_that_the_clocks_leave_out_or_show_twice():
    spring = parse(["2024-03-31 02:30:00"], zone="Europe/Berlin")
    assert instants(spring) == ["2024-03-31T01:30:00"]
    assert codes(spring)["TS_DST_GAP"] == 1
    autumn = parse(["2023-10-29 01:50:00", "2023-10-29 02:30:00"], zone="Europe/Berlin")
    assert autumn.later.tolist() == [0, 3_600_000_000]


def test_offsets_beside_a_zone_that_was_given():
    stamps = parse(["2024-03-14T09:00:00+02:00", "2024-03-14 09:00:00"], zone_given=True)
    assert instants(stamps) == ["2024-03-14T07:00:00", NINE_IN_SHANGHAI]
    assert codes(stamps)["TS_TZ_MIXED"] == 1


def test_an_unknown_zone_is_refused():
    with pytest.raises(UsageError, match="Asia/Shanghai"):
        parse(["2024-03-14"], zone="Asia/Shanghi")


def test_a_stamp_years_after_all_others_is_reported():
    days = [f"2024-03-{day} 09:00:00" for day in range(10, 30)]
    assert codes(parse([*days, "2031-03-01 09:00:00"]))["TS_FUTURE"] == 1
    assert "TS_FUTURE" not in codes(parse([*days, "2024-12-01 09:00:00"]))


def test_typed_columns_pass_through():
    naive = pl.Series([datetime(2024, 3, 14, 9), None])  # noqa: DTZ001 -- a wall-clock time is what is meant
    assert instants(parse(naive)) == [NINE_IN_SHANGHAI, None]
    aware = naive.dt.replace_time_zone("UTC").cast(pl.Datetime("ms", "UTC"))
    assert instants(parse(aware)) == ["2024-03-14T09:00:00", None]
    assert codes(parse(naive.dt.date())) == {"TS_DATE_ONLY": 1, "TS_NAIVE": 1, "TS_MISSING": 1}
    assert instants(parse(pl.Series([1710378000, None]))) == [NINE_IN_SHANGHAI, None]
    assert instants(parse(pl.Series([45365.375, None]))) == [NINE_IN_SHANGHAI, None]


def test_date_and_time_of_day_are_put_together():
    assert timestamps.combine(pl.Series(["2024-03-14", "20240314"]), pl.Series(["090000", "9:00"])).to_list() == [
        "2024-03-14 09:00:00",
        "2024-03-14 9:00",
    ]
    assert timestamps.combine(pl.Series([20240314]), pl.Series([90000])).to_list() == ["2024-03-14 09:00:00"]
    assert timestamps.combine(pl.Series(["2024-03-14"]), pl.Series(["2024-03-14 09:00:00"])).to_list() == ["2024-03-14 09:00:00"]
    assert instants(parse(timestamps.combine(pl.Series(["14/03/2024"]), pl.Series([0.375])))) == [NINE_IN_SHANGHAI]


@given(
    st.datetimes(datetime(1971, 1, 1), datetime(2099, 1, 1)),  # noqa: DTZ001 -- wall-clock times
    st.sampled_from(["%Y-%m-%d %H:%M:%S.%f", "%Y/%m/%dT%H:%M:%S.%f", "%Y年%m月%d日 %H:%M:%S.%f", "%Y%m%d%H%M%S%f", "%d %B %Y %H:%M:%S.%f"]),
)
def test_what_was_written_is_what_is_read(moment, form):
    # A second cell in another form sends the first one down the slow path as well.
    stamps = parse([moment.strftime(form), "2024-03-14 09:00:00+00"], zone="UTC", zone_given=True)
    assert EPOCH + timedelta(microseconds=int(stamps.time[0])) == moment.replace(tzinfo=UTC)


@given(st.integers(0, 18), st.sampled_from(["", " ", "0", "-", ":", "T"]), st.booleans())
def test_a_damaged_cell_reads_the_same_in_a_sound_column_as_alone(place, sign, insert):
    sound = "2024-03-14 09:00:00"
    damaged = sound[:place] + sign + sound[place + (not insert) :]
    together = parse([sound] * 5 + [damaged], zone_given=True).time[-1]
    try:
        alone = parse([damaged]).time[0]
    except InputError:
        alone = UNKNOWN_TIME
    assert together == alone


def test_times_over_more_years_than_are_looked_through_hour_by_hour() -> None:
    assert instants(parse(["1972-01-01 08:00:00", "2029-07-01 12:00:00"])) == ["1972-01-01T00:00:00", "2029-07-01T04:00:00"]


def test_a_column_without_any_cell_has_no_time_and_is_no_error() -> None:
    assert (parse([None, None]).time == UNKNOWN_TIME).all()
