"""`bankmine monitor`: control charts and the open cases to look at."""

from bankmine.cli.measures import Format, FormatOption, write
from bankmine.cli.options import Reading, on_a_log
from bankmine.cli.output import READING, working


@on_a_log
def monitor(
    reading: Reading,
    *,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show what drifts week by week, and which open cases to look at.

    Control charts of cycle time, rework and the wait before each activity; where work goes otherwise than before; open cases that have lain
    longer than nine in ten do at their stage, or are near a time limit. As JSON or CSV: the open cases.
    """
    with working(reading, READING):
        from bankmine.track.monitor import Board
        from bankmine.track.worklist import WorkList

        analysis = reading.analyze(reading.read())
        board, work = Board.of(analysis), WorkList.of(analysis)
        blocks = [*board.blocks(), *work.blocks()]
        rows = work.records()
    write(reading, form, blocks, rows, analysis.zone)
