"""Tables of other tools: pandas and Polars frames and pm4py logs in, pm4py's formatted frame out."""

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from bankmine.errors import InputError
from bankmine.log.eventlog import UNKNOWN_TIME, EventLog
from bankmine.log.table import SourceFile, Table, in_calendar, lines
from bankmine.words import Text

if TYPE_CHECKING:
    import pandas as pd

FRAME_NAME = "DataFrame"
PM4PY_KEYS = {"role": "org:role", "cost": "cost:total"}


def is_frame(source: object) -> bool:
    """Whether a source is a frame or a pm4py log, by its type's name (so that nothing is imported to find out)."""
    home = type(source).__module__.partition(".")[0]
    return home in ("pandas", "polars", "pm4py")


def table_of(source: Any) -> Table:
    """The table of a pandas or Polars frame or of a pm4py log; `line` is the row number, from 1, plus 1.

    The file is named DataFrame; its size and hash are those of the rows written as CSV.
    Raises InputError NO_ROWS, HEADER_DUP, SOURCE_UNKNOWN.
    """
    home = type(source).__module__.partition(".")[0]
    if home == "pm4py":
        import pm4py

        source = pm4py.convert_to_dataframe(source)
    if isinstance(source, pl.LazyFrame):
        source = source.collect()
    frame = in_calendar(source if isinstance(source, pl.DataFrame) else _from_pandas(source))
    if not frame.height:
        raise InputError(
            "NO_ROWS",
            Text(zh="数据框没有任何行。", en="the frame has no rows."),
            Text(zh="请传入有数据的数据框。", en="pass a frame with rows."),
            FRAME_NAME,
        )
    flat = [name for name, kind in frame.schema.items() if not kind.is_nested()]
    written = frame.select(flat).write_csv().encode("utf-8")
    file = SourceFile(FRAME_NAME, len(written), hashlib.sha256(written).hexdigest())
    return Table(file=file, frame=frame, line=lines(2, frame.height))


def _from_pandas(source: Any) -> pl.DataFrame:
    """A Polars frame with the cells of a pandas frame; what pandas counts as missing is null."""
    import pandas as pd

    if not isinstance(source, pd.DataFrame):
        raise InputError(
            "SOURCE_UNKNOWN",
            Text(
                zh=f"无法读取 {type(source).__name__} 类型的对象。",
                en=f"an object of type {type(source).__name__} cannot be read as a log.",
            ),
            Text(zh="请传入路径、pandas 或 Polars 数据框、或 pm4py 日志。", en="pass a path, a pandas or Polars frame, or a pm4py log."),
        )
    names = [str(name) for name in source.columns]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError(
            "HEADER_DUP",
            Text(zh=f"数据框有两列同名“{twice}”。", en=f"two columns are named {twice!r} (duplicate)."),
            Text(zh="请重命名其中一列。", en="rename one of them."),
            FRAME_NAME,
            column=twice,
        )
    return pl.DataFrame([_series(name, source.iloc[:, number]) for number, name in enumerate(names)])


def _series(name: str, column: "pd.Series[Any]") -> pl.Series:
    import pandas as pd

    kind = column.dtype
    if isinstance(kind, pd.DatetimeTZDtype):
        instants = column.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy().astype("datetime64[us]")
        return pl.Series(name, instants).dt.replace_time_zone("UTC")
    if pd.api.types.is_datetime64_dtype(kind):
        return pl.Series(name, column.to_numpy().astype("datetime64[us]"))
    missing = column.isna().to_numpy()
    if pd.api.types.is_bool_dtype(kind) or not pd.api.types.is_numeric_dtype(kind):
        cells = column.astype(object).to_numpy()
        return pl.Series(
            name,
            [None if gone else cell if isinstance(cell, str) else str(cell) for cell, gone in zip(cells, missing, strict=True)],
            dtype=pl.String,
        )
    whole = pd.api.types.is_integer_dtype(kind)
    filled = column.fillna(0).to_numpy(dtype=np.int64 if whole else np.float64)
    return pl.Series(name, filled).scatter(np.flatnonzero(missing), None) if missing.any() else pl.Series(name, filled)


def to_pm4py(log: EventLog, *, intervals: bool = False) -> "pd.DataFrame":
    """pm4py's formatted table: one row per activity instance, in canonical order, with a fresh index.

    `case:concept:name`, `concept:name`, `time:timestamp` (completion; for open work the start),
    `start` (NaT = unknown), `org:resource`, `lifecycle:transition` (complete, or start for open work),
    `concept:instance` (the work item), and the attributes under pm4py's keys where it has one. Times are UTC.

    pm4py's DFG, variants, start and end activities on this table equal ours. It would order a DFG by start, not by
    completion, if it found a column `start_timestamp`; that is why the start has another name, unless `intervals` asks for
    pm4py's own (where a start is not known, pm4py wants the completion there).
    """
    import pandas as pd

    def text(codes: np.ndarray, values: tuple[str, ...]) -> "pd.Series[Any]":
        names = np.array([*values, None], dtype=object)
        return pd.Series(names[codes], dtype="str")

    def instants(time: np.ndarray) -> "pd.Series[Any]":
        # The smallest int64 is UNKNOWN_TIME here and "not a time" in numpy.
        return pd.Series(pd.DatetimeIndex(time.astype("datetime64[us]"), tz="UTC"))

    columns: dict[str, Any] = {
        "case:concept:name": text(log.case, log.case_names),
        "concept:name": text(log.activity, log.activities),
        "time:timestamp": instants(log.moment),
        "start_timestamp" if intervals else "start": instants(log.began if intervals else log.start),
        "org:resource": text(log.resource, log.resources),
        "lifecycle:transition": pd.Series(np.where(log.end == UNKNOWN_TIME, "start", "complete"), dtype="str"),
        "concept:instance": pd.Series(log.item.astype(np.int64)),
    }
    for name, column in log.attributes.items():
        columns[PM4PY_KEYS.get(name, name)] = text(column.codes, column.values)
    for name, numbers in log.numbers.items():
        columns[PM4PY_KEYS.get(name, name)] = pd.Series(numbers)
    frame = pd.DataFrame(columns)
    frame["@@index"] = np.arange(len(frame))
    frame["@@case_index"] = log.case
    return frame
