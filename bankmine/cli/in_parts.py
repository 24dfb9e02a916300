"""`analyze` of a log that does not fit into memory, or that lies on Spark."""

from typing import TYPE_CHECKING, Any

from bankmine.cli.options import COLUMNS, Reading, instant
from bankmine.errors import UsageError
from bankmine.words import Text

if TYPE_CHECKING:
    from bankmine.api import TwinOn
    from bankmine.scale.answer import PartsAnalysis

PARTS_ON_SPARK = 64


def analyzed_in_parts(reading: Reading, rows: int | None, memory: int, twin: "TwinOn", *, spark: bool) -> "PartsAnalysis":
    """The log of the files in as many parts as the memory asks for, or on Spark, measured, and its last weeks analysed.

    Raises what `cut` or `from_files` raises, and UsageError PARTS_FILTER for filters, which need the whole log.
    """
    from functools import partial

    from bankmine.api import analyze, meaning
    from bankmine.log.sources import paths_of
    from bankmine.scale.answer import PartsAnalysis
    from bankmine.scale.memory import rows_within
    from bankmine.scale.partition import How, cut
    from bankmine.scale.passes import Wanted

    if reading.where or reading.first or reading.last or reading.survey:
        raise UsageError(
            "PARTS_FILTER",
            Text(zh="分块分析时不能筛选，也不能读取问卷。", en="a log in parts cannot be filtered, nor read with a survey."),
            Text(
                zh="请去掉 --where、--from、--to、--survey，或给予更多内存。",
                en="leave out --where, --from, --to, --survey, or allow more memory.",
            ),
        )
    if reading.cache is not None:
        reading.kept(reading.cache).without(Text(zh="分块的日志不缓存。", en="a log in parts is not kept."))
    settings = reading.settings()
    columns: dict[str, Any] = {name: getattr(reading, name) for name in COLUMNS}
    how = How(
        {name: column for name, column in columns.items() if column is not None},
        reading.lifecycle.value,
        reading.timezone,
        reading.encoding,
        reading.time_format,
        dedupe=reading.dedupe,
        settings=settings,
    )
    within = rows_within(memory)
    parts = PARTS_ON_SPARK if rows is None else max(-(-rows // (within // 2)), 2)
    as_of = None if reading.as_of is None else instant(reading.as_of, how.zone or "Asia/Shanghai")
    wanted = Wanted(
        partial(meaning, process=reading.process, settings=settings), as_of, settings.calendar, parts, None if spark else within
    )
    window = partial(analyze, process=reading.process, settings=settings, as_of=as_of, twin=twin)
    if spark:
        from bankmine.scale.spark import from_files, session

        log = from_files(session(), reading.log, how, parts)
        return PartsAnalysis.of(log, wanted, settings, parts, within // 2, window, reading.process)
    with cut(paths_of(reading.log), how, parts, within) as log:
        return PartsAnalysis.of(log, wanted, settings, parts, within // 2, window, reading.process)
