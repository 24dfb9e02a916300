import math

import pytest

from bankmine.show.blocks import Mark
from bankmine.show.format import UNKNOWN, cell, count, duration, duration_range, local_time, number, percent, visible
from bankmine.words import Text


@pytest.mark.parametrize(
    ("seconds", "zh", "en"),
    [
        (0, "0 秒", "0 s"),
        (12.34, "12.3 秒", "12.3 s"),
        (59.97, "1.0 分钟", "1.0 min"),
        (3_599, "1.0 小时", "1.0 h"),
        (14_760, "4.1 小时", "4.1 h"),
        (276_480, "3.2 天", "3.2 d"),
        (86_400 * 12_345.4, "12,345 天", "12,345 d"),
        (-5_400, "-1.5 小时", "-1.5 h"),
    ],
)
def test_a_duration_has_the_unit_that_suits_it(seconds, zh, en):
    assert duration(seconds) == Text(zh=zh, en=en)


def test_both_ends_of_an_interval_have_one_unit():
    assert duration_range(43_200, 86_400 * 1.5).en == "0.5–1.5 d"
    assert duration_range(1_800, 86_400 * 1.5).en == "30.0 min–1.5 d"
    assert duration_range(0, 86_400).en == "0–1.0 d"
    assert duration_range(3_600, 7_200).zh == "1.0–2.0 小时"
    assert duration_range(None, 7_200) is UNKNOWN


@pytest.mark.parametrize(("share", "en"), [(0, "0 %"), (0.0001, "<0.1 %"), (0.1234, "12.3 %"), (0.99999, ">99.9 %"), (1, "100 %")])
def test_a_share_that_is_not_none_or_all_is_not_written_so(share, en):
    assert percent(share).en == en


@pytest.mark.parametrize("write", [duration, percent, count, number])
@pytest.mark.parametrize("value", [None, math.nan])
def test_unknown_is_said_and_never_zero(write, value):
    assert write(value) == Text(zh="未知", en="unknown")


def test_numbers_keep_about_three_digits():
    assert [number(v).en for v in (0.023456, 1.5, 12.345, 123.45, 1_234.5, 12)] == ["0.0235", "1.50", "12.35", "123.5", "1,234", "12"]


def test_a_time_is_shown_in_its_zone():
    assert local_time(1_709_510_400_000_000, "Asia/Shanghai").zh == "2024-03-04 08:00"
    assert local_time(1_709_510_401_000_000, "UTC").zh == "2024-03-04 00:00:01"
    assert local_time(-(2**63), "UTC") is UNKNOWN


def test_characters_that_cannot_be_seen_are_written_out():
    assert visible("审\u202e核\x1b[31m\u200b") == "审\\u{202e}核\\u{1b}[31m\\u{200b}"
    assert visible("a\nb") == "a\\u{a}b"
    assert visible("ordinary 普通 ¥ ✓") == "ordinary 普通 ¥ ✓"


def test_cells():
    assert cell(None, "count", "zh", "UTC") == "未知"
    assert cell("", "text", "en", "UTC") == ""
    assert cell(True, "text", "zh", "UTC") == "是"
    assert cell(1_234, "code", "en", "UTC") == "1234"
    assert cell(1_234, "count", "en", "UTC") == "1,234"
    assert cell(Mark(Text(zh="高", en="high"), "error"), "text", "zh", "UTC") == "高"
