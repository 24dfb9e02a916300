"""`analyze` of a log that does not fit into memory, or that lies on Spark."""

from typing import TYPE_CHECKING, Any

from bankmine.cli.options import COLUMNS, Reading, instant
from bankmine.words import Text

if TYPE_CHECKING:
    from bankmine.api import TwinOn
    from bankmine.scale.answer import PartsAnalysis

PARTS_ON_SPARK = 64


def analyzed_in_parts(reading: Reading, rows: int | None, memory: int, twin: "TwinOn", *, spark: bool) -> "PartsAnalysis":
    """The log of the files in as many parts as the memory asks for, or on Spark, measured, and its last weeks analysed.

    Raises what `cut` or `from_files` raises, and what the filters and the survey of a log in one piece raise.
    """
    from functools import partial

    from bankmine.api import analyze, answers_of, meaning
    from bankmine.log.read import DEFAULT_ZONE
    from bankmine.log.sources import paths_of
    from bankmine.scale.answer import PartsAnalysis
    from bankmine.scale.memory import rows_within
    from bankmine.scale.partition import cut
    from bankmine.scale.reading import How
    from bankmine.scale.whole import Wanted

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
        filters=reading.filters,
    )
    within = rows_within(memory)
    parts = PARTS_ON_SPARK if rows is None else max(-(-rows // (within // 2)), 2)
    zone = how.zone or DEFAULT_ZONE
    as_of = None if reading.as_of is None else instant(reading.as_of, zone)
    understood, answers = partial(meaning, process=reading.process, settings=settings), answers_of(settings, zone)
    wanted = Wanted(understood, as_of, settings.calendar, parts, None if spark else within, answers)
    window = partial(analyze, process=reading.process, settings=settings, as_of=as_of, twin=twin)
    if spark:
        from bankmine.scale.spark import from_files, session

        log = from_files(session(), reading.log, how, parts)
        return PartsAnalysis.of(log, wanted, settings, parts, within // 2, window, reading.process)
    with cut(paths_of(reading.log), how, parts, within) as log:
        return PartsAnalysis.of(log, wanted, settings, parts, within // 2, window, reading.process)
