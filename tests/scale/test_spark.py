"""Spark tells what one machine tells. Skipped where PySpark or Java is absent."""

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bankmine import analyze, read_log
from bankmine.api import answers_of
from bankmine.errors import InputError
from bankmine.log.filters import Having
from bankmine.log.tables import read_table
from bankmine.measure import survey as asked
from bankmine.scale.reading import How
from bankmine.scale.spark import from_files
from bankmine.settings import Settings, Survey
from tests.scale.test_partition import SAMPLES, assert_as_in_memory, assert_same, wanted

pyspark = pytest.importorskip("pyspark")
pytestmark = pytest.mark.skipif(shutil.which("java") is None, reason="no Java")


@pytest.fixture(scope="module")
def spark() -> Iterator[object]:
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    settings = {"spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "2"}
    settings |= dict.fromkeys(("spark.driver.host", "spark.driver.bindAddress"), "127.0.0.1")
    builder = SparkSession.builder.master("local[2]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    yield session
    session.stop()


def test_a_file_on_spark(spark, tmp_path: Path) -> None:
    path, some, survey = SAMPLES / "loan.csv", Having("channel", ("branch", "mobile")), tmp_path / "answers.csv"
    survey.write_text("case,score\n" + "".join(f"L{k:06},{k % 5}\n" for k in range(0, 600, 3)))
    settings = Settings(survey=Survey(file=str(survey)))
    analysis = analyze(some.of(read_log(path)), settings=settings)
    log = from_files(spark, [str(path)], How(filters=(some,)), 3)
    found = log.measured(replace(wanted(2), answers=answers_of(settings, log.source.timezone)))
    assert_as_in_memory(found, analysis)
    assert found.joined is not None and analysis.survey is not None and analysis.survey.matched > 100
    assert_same(asked.Survey.result(found.joined), analysis.survey)
    assert {f.code: f.count for f in log.quality} == {f.code: f.count for f in analysis.log.quality}
    assert (log.source.files, log.source.rows_used) == (analysis.log.source.files, analysis.log.source.rows_used)
    window, weeks = log.window(3000) or pytest.fail("no window")
    assert weeks >= 1 and 0 < window.events <= 3000


def test_a_first_row_that_may_be_data_is_not_quoted(spark, tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("王小芳,Apply,6222021234567890128\n李建国,Pay,x\n", encoding="utf-8")
    with pytest.raises(InputError, match="names of the 3 columns are not shown") as caught:
        from_files(spark, [str(tmp_path / "log.csv")], How(), 2)
    assert "王" not in str(caught.value) and "6222" not in str(caught.value)


def test_a_frame_with_an_order_column_and_without(spark, tmp_path: Path) -> None:
    frame = read_table(SAMPLES / "deposit.csv").frame[:600]
    path = tmp_path / "some.parquet"
    frame.with_row_index("nr").sample(fraction=1.0, shuffle=True, seed=1).write_parquet(path)
    rows = spark.read.parquet(str(path))
    found = analyze(rows, order="nr", parts=2, twin="off")
    assert_as_in_memory(found.measured, analyze(read_log(frame)))
    assert "ORDER_UNSTATED" not in {f.code for f in found.quality}
    assert found.as_json()["schema"] == "bankmine.parts/1"


@pytest.mark.slow
@pytest.mark.shared
def test_bpic_2012_on_spark(spark, shared: Path, tmp_path: Path) -> None:
    path = tmp_path / "bpic.parquet"
    read_table(shared / "logs" / "bpic2012.xes.gz").frame.write_parquet(path)
    assert_as_in_memory(from_files(spark, [str(path)], How(), 4).measured(wanted(3)), analyze(read_log(path)))
