import math

import polars as pl
import pytest

from bankmine.log import numbers


def read(cells, **options):
    series = cells if isinstance(cells, pl.Series) else pl.Series(cells, dtype=pl.String)
    found = numbers.parse(series, column="amount", **options)
    values = [None if math.isnan(value) else value for value in found.values.tolist()]
    return values, {note.code: note.counted for note in found.notes if note.counted}


@pytest.mark.parametrize(
    ("cells", "values", "found"),
    [
        (["1000.50", "-3", "1e3"], [1000.5, -3.0, 1000.0], {}),
        (["1000,50", "7"], [1000.5, 7.0], {"NUM_DECIMAL_COMMA": 1}),
        (["1.000,50", "2.000", "12.345.678"], [1000.5, 2000.0, 12345678.0], {"NUM_DECIMAL_COMMA": 2}),
        (["1,000.50", "2,000", "12,345,678"], [1000.5, 2000.0, 12345678.0], {"NUM_THOUSANDS": 3}),
        (["1000,5", "1000.5"], [None, 1000.5], {"NUM_TEXT": 1}),
        (["1e999", "NaN", "-Infinity", "-1"], [None, None, None, -1.0], {"NUM_NONFINITE": 3}),
        (["#REF!", "#N/A", "#5", "5"], [None, None, None, 5.0], {"NUM_NONFINITE": 2, "NUM_TEXT": 1}),
        (["NULL", "", None, "N/A", "5"], [None, None, None, None, 5.0], {}),
        (["¥1,000.50", "CNY 5", "10元", "(1000.50)", "about 7"], [None] * 5, {"NUM_TEXT": 5}),
    ],
)
def test_numbers_as_written(cells, values, found):
    assert read(cells) == (values, found)


def test_yuan_amounts_are_read_when_asked():
    cells = ["¥1,000.50", "CNY 5", "10元", "(1000.50)", "-¥5", "人民币100元", "$5"]
    assert read(cells, currency=True) == ([1000.5, 5.0, 10.0, -1000.5, -5.0, 100.0, None], {"NUM_CURRENCY": 6, "NUM_TEXT": 1})


def test_typed_columns():
    assert read(pl.Series([1, None])) == ([1.0, None], {})
    assert read(pl.Series([1.5, float("nan"), float("inf")])) == ([1.5, None, None], {"NUM_NONFINITE": 1})
