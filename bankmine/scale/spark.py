"""The same passes on Spark: parts are groups of rows, kernels run by `applyInArrow`, results are merged on the driver.

Needs PySpark 4 (`bankmine[spark]`) and a Java that it accepts. Of the passes only the two tables of instances are kept on the executors,
in memory and on disk.
"""

import os
import pickle
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import polars as pl

from bankmine.errors import BankmineError, InputError, UsageError
from bankmine.log.columns import recognise
from bankmine.log.container import open_source
from bankmine.log.eventlog import EventLog, Source
from bankmine.log.header import holds_names
from bankmine.log.quality import QualityFinding, Reject
from bankmine.log.read import fewer_rows
from bankmine.log.table import SourceFile
from bankmine.log.tables import PARQUET_SUFFIXES
from bankmine.scale.decisions import Decisions, differ
from bankmine.scale.frames import BY_CASE, Names
from bankmine.scale.passes import measured
from bankmine.scale.reading import PLACE, How, ReadPart, described, part_of, tables_of
from bankmine.scale.whole import Measured, Wanted
from bankmine.scale.window import begun, last_weeks
from bankmine.words import Text

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

Found = TypeVar("Found")
FRAME = "DataFrame"
ROW_MASK = (1 << 33) - 1  # Spark numbers rows by partition in the upper bits
DDL = {pl.String: "string", pl.Int64: "bigint", pl.Int32: "int", pl.Boolean: "boolean", pl.List(pl.Int64): "array<bigint>"}
UNORDERED = QualityFinding(
    "ORDER_UNSTATED",
    "info",
    1,
    Text(
        zh="数据框没有指明顺序列：时间相同的行按 Spark 读取的顺序排列。",
        en="the frame names no order column: rows with equal times stand in the order in which Spark reads them.",
    ),
)


@dataclass(frozen=True, eq=False)
class SparkParts:
    """Parts as the groups of a frame by its column `part`; empty ones are none."""

    rows: "DataFrame"
    parts: int

    @property
    def _groups(self) -> Any:
        """With as many tasks as parts, not as many as Spark makes by default."""
        return self.rows.repartition(self.parts, "part").groupBy("part")

    def each(self, kernel: Callable[[pl.DataFrame], Found]) -> list[Found]:
        """What the kernel finds in every part, in order of their numbers."""

        def fold(key: Any, table: "pa.Table") -> "pa.Table":
            return _arrow(pl.DataFrame({"part": [key[0].as_py()], "found": [_kept(kernel, _frame(table))]}), "part int, found binary")

        return _found(self._groups.applyInArrow(fold, "part int, found binary"))

    def divided(
        self,
        kernel: Callable[[pl.DataFrame], tuple[pl.DataFrame, Found]],
        schema: dict[str, Any],
        parts: int,
    ) -> "tuple[SparkParts, list[Found]]":
        """The rows that the kernel makes of every part, by their number `to` in other parts; and what it finds."""
        ddl = ", ".join(f"{name} {DDL[kind]}" for name, kind in schema.items()) + ", part int, found binary"

        def turn(key: Any, table: "pa.Table") -> "pa.Table":
            found = _kept(kernel, _frame(table))
            result = pickle.loads(found)  # noqa: S301  it was made two lines above
            rows, one = (None, found) if isinstance(result, BankmineError) else (result[0], pickle.dumps(result[1]))
            told = pl.DataFrame({"part": [key[0].as_py()], "found": [one]}, schema={"part": pl.Int32, "found": pl.Binary})
            return _arrow(told if rows is None else pl.concat([rows, told], how="diagonal_relaxed"), ddl)

        made = self._groups.applyInArrow(turn, ddl).persist()
        found = _found(made.where("found is not null").select("part", "found"))
        return SparkParts(made.where("found is null").drop("part", "found").withColumnRenamed("to", "part"), parts), found


def _kept(kernel: Callable[[pl.DataFrame], Any], frame: pl.DataFrame) -> bytes:
    """What a kernel finds, or the error that it raises for the user, as bytes."""
    try:
        return pickle.dumps(kernel(frame))
    except BankmineError as error:
        return pickle.dumps(error)


def _found(frame: "DataFrame") -> list[Any]:
    results = [pickle.loads(row.found) for row in sorted(frame.collect(), key=lambda row: row.part)]  # noqa: S301  our own executors'
    for result in results:
        if isinstance(result, BankmineError):
            raise result
    return results


def _frame(table: "pa.Table") -> pl.DataFrame:
    frame = pl.from_arrow(table.drop_columns(["part"]) if "part" in table.column_names else table)
    assert isinstance(frame, pl.DataFrame)
    return frame


def _arrow(frame: pl.DataFrame, ddl: str) -> "pa.Table":
    """In the order and with the types that Spark was promised."""
    import pyarrow as pa

    types = {"string": pa.string(), "bigint": pa.int64(), "int": pa.int32(), "boolean": pa.bool_(), "binary": pa.binary()}
    types["array<bigint>"] = pa.list_(pa.int64())
    promised = [field.split() for field in ddl.split(", ")]
    known = frame.with_columns(pl.lit(None).alias(name) for name, _ in promised if name not in frame.columns)
    return known.select(name for name, _ in promised).to_arrow().cast(pa.schema([(name, types[kind]) for name, kind in promised]))


@dataclass(frozen=True, eq=False)
class SparkLog:
    """A log on Spark in parts by case, as `LogInParts` on disk: `raw` has the source's columns and the place of each row."""

    raw: "DataFrame"
    logs: SparkParts
    names: Names
    how: How
    source: Source
    quality: tuple[QualityFinding, ...]
    rejects: tuple[Reject, ...]

    def measured(self, wanted: Wanted) -> Measured:
        """The complete set."""
        return measured(self.logs, self.names, wanted)

    def window(self, rows: int) -> tuple[EventLog, int] | None:
        """The cases that began in the last whole weeks with at most so many rows, on the driver; as LogInParts.window."""
        chosen = last_weeks(self.logs, rows)
        if chosen is None:
            return None
        first, last, number = chosen
        wanted = pl.concat(self.logs.each(lambda frame: begun(frame, first, last)))
        how = self.how

        def mine(batches: "Iterator[pa.RecordBatch]") -> "Iterator[pa.RecordBatch]":
            for batch in batches:
                frame = pl.from_arrow(batch)
                assert isinstance(frame, pl.DataFrame)
                yield batch.filter(how.of_cases(frame, wanted).to_arrow())

        table = self.raw.drop("part").mapInArrow(mine, self.raw.drop("part").schema).toArrow()
        return how.some(_frame(table).partition_by(PLACE[0]), self.source), number


def session() -> "SparkSession":
    """The session there is, else one as SPARK_REMOTE or spark-submit says, else one on this machine. Raises UsageError ENGINE_MISSING."""
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    try:
        from pyspark.errors import PySparkRuntimeError
        from pyspark.sql import SparkSession
    except ImportError:
        raise _missing() from None
    builder = (
        SparkSession.builder.appName("bankmine").config("spark.ui.enabled", value=False).config("spark.ui.showConsoleProgress", value=False)
    )
    if not {"SPARK_REMOTE", "PYSPARK_GATEWAY_PORT"} & os.environ.keys():  # nobody says where: on this machine, and nowhere else
        for name in ("spark.driver.host", "spark.driver.bindAddress"):
            builder = builder.config(name, "127.0.0.1")
    try:
        return builder.getOrCreate()
    except PySparkRuntimeError:
        raise _missing() from None


def _missing() -> UsageError:
    return UsageError(
        "ENGINE_MISSING",
        Text(zh="未安装 PySpark 4，或没有可用的 Java。", en="PySpark 4 is not installed, or there is no Java that it accepts."),
        Text(zh="请安装 bankmine[spark] 和 Java 17 以上。", en="install bankmine[spark], and Java 17 or later."),
    )


def from_files(session: "SparkSession", paths: Sequence[str], how: How, parts: int) -> SparkLog:
    """The log of CSV (UTF-8, with a header) or Parquet files that Spark can see. `line` is the row's number + 1.

    Rows keep the order of the files. A CSV is read by one task; large logs should be Parquet.
    """
    from pyspark.sql import functions as f

    frames = []
    for number, path in enumerate(paths):
        if path.lower().endswith(PARQUET_SUFFIXES):
            frame = session.read.parquet(path).select("*", f.col("_metadata.row_index").alias(PLACE[1]))
        else:
            read = session.read.option("header", True).option("multiLine", True).option("escape", '"').csv(path)
            frame = read.withColumn(PLACE[1], f.monotonically_increasing_id().bitwiseAND(f.lit(ROW_MASK)))
        frames.append(frame.withColumn(PLACE[1], f.col(PLACE[1]) + 2).withColumn(PLACE[0], f.lit(number).cast("int")))
    joined = frames[0]
    for frame in frames[1:]:
        joined = joined.unionByName(frame, allowMissingColumns=True)
    # Spark takes the first row of a CSV for names whatever it holds.
    own = [name for name in joined.columns if name not in PLACE]
    known = all(path.lower().endswith(PARQUET_SUFFIXES) for path in paths) or holds_names(own, [])
    return _cut(joined, [_file(path) for path in paths], how, parts, names_known=known)


def from_frame(frame: "DataFrame", how: How, parts: int, order: str | None = None) -> SparkLog:
    """The log of a Spark frame. `order` names a column of whole numbers that orders rows of equal times; without one they stand as Spark
    reads them, which is noted (ORDER_UNSTATED).
    """
    from pyspark.sql import functions as f

    place = f.monotonically_increasing_id() + 2 if order is None else f.col(order).cast("bigint")
    raw = frame.withColumn(PLACE[1], place).withColumn(PLACE[0], f.lit(0))
    # Without an order Spark might number the rows anew in each pass, unless they are kept.
    raw = raw.persist() if order is None else raw.drop(order)
    log = _cut(raw, [SourceFile(FRAME, 0, "")], how, parts)
    return replace(log, quality=(*log.quality, UNORDERED)) if order is None else log


def _file(path: str) -> SourceFile:
    """Size and hash where the driver can see the file."""
    if not Path(path).is_file():
        return SourceFile(path, 0, "")
    with open_source(Path(path)) as source:
        return source.finish()


def _cut(raw: "DataFrame", files: Sequence[SourceFile], how: How, parts: int, *, names_known: bool = True) -> SparkLog:
    own = [name for name in raw.columns if name not in PLACE]
    columns = recognise(own, how.given, file=files[0].name, names_known=names_known)
    case, name = columns.source["case"], files[0].name

    def look(batches: "Iterator[pa.RecordBatch]") -> "Iterator[pa.RecordBatch]":
        seen, rows = Decisions(), 0
        for batch in batches:
            frame = pl.from_arrow(batch)
            assert isinstance(frame, pl.DataFrame)
            seen.see(frame, columns)
            rows += frame.height
        told = pl.DataFrame({"part": [0], "found": [pickle.dumps((seen, rows))]})
        yield from _arrow(told, "part int, found binary").to_batches()

    looks = _found(raw.mapInArrow(look, "part int, found binary"))
    read = sum(rows for _, rows in looks)
    expected = how.settings.quality.expect_rows
    if expected is not None and read < expected:
        raise fewer_rows(read, expected, name)
    if not read:
        raise InputError("NO_ROWS", Text(zh="没有任何行。", en="there are no rows."), differ(name, case).hint, name)
    decisions = Decisions.merge([seen for seen, _ in looks])
    form = decisions.time_format(how.time_format, zone_given=how.zone is not None, columns=columns, file=name)
    understood = replace(how, time_format=form)

    def place(batches: "Iterator[pa.RecordBatch]") -> "Iterator[pa.RecordBatch]":
        for batch in batches:
            frame = pl.from_arrow(batch)
            assert isinstance(frame, pl.DataFrame)
            part = part_of(frame, case, parts, name, frame[PLACE[1]].to_numpy())
            yield batch.append_column("part", part.to_arrow()).append_column("to", part.to_arrow())

    placed = raw.mapInArrow(place, _with_part(raw))

    def as_log(frame: pl.DataFrame) -> tuple[pl.DataFrame, ReadPart]:
        rows, found = understood.read(tables_of(frame.drop("to").partition_by(PLACE[0]), files))
        return rows.with_columns(pl.lit(frame["to"][0], dtype=pl.Int32).alias("to")), found

    logs, found = SparkParts(placed, parts).divided(as_log, {**BY_CASE, "to": pl.Int32}, parts)
    names, source, quality, rejects = described(found, files, [columns], how, read)
    return SparkLog(raw, logs, names, understood, source, quality, tuple(rejects))


def _with_part(raw: "DataFrame") -> Any:
    from pyspark.sql.types import IntegerType, StructType

    return StructType([*raw.schema.fields]).add("part", IntegerType()).add("to", IntegerType())
