"""Kronos' own worked examples, row by row and column by column (definitions §1.10)."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import bankmine as bm
from bankmine.log.calendar import BusinessCalendar
from bankmine.log.eventlog import DAY
from bankmine.measure.enablement import Enablement
from bankmine.measure.kronos import KronosCauses

pytestmark = pytest.mark.shared
HOURS = {"Marcus": "Mon-Fri 10:00-12:00,12:30-20:00"}
USUAL = "Mon-Fri 10:00-20:00"
COLUMNS = ("batching", "prioritization", "contention", "unavailability", "extraneous")


@pytest.mark.parametrize("number", [1, 2, 3])
def test_kronos_worked_examples_are_reproduced_in_every_row_and_column(shared: Path, number: int) -> None:
    log = bm.read_log(
        shared / "logs" / f"manual_log_{number}.csv",
        case="case_id", activity="Activity", start="start_time", end="end_time", resource="Resource", timezone="UTC",
    )  # fmt: skip
    expected = pd.read_csv(shared / "logs" / f"manual_log_{number}_expected.csv")
    enablement = Enablement.of(log)
    span = int(log.case_start.min()) - DAY, int(log.case_end.max()) + DAY
    calendars = [BusinessCalendar.of(HOURS.get(name, USUAL), "UTC", *span) for name in log.resources]
    causes = KronosCauses.of(log, enablement, np.arange(len(calendars)), calendars)

    row = np.flatnonzero(enablement.enabler >= 0)
    source = enablement.enabler[row]
    activity, person = np.array(log.activities), np.array(log.resources)
    found = pd.DataFrame(
        {
            "source_activity": activity[log.activity[source]],
            "source_resource": person[log.resource[source]],
            "target_activity": activity[log.activity[row]],
            "target_resource": person[log.resource[row]],
            "frequency": 1.0,
            "total": enablement.wait[row],
            "batching": causes.batching[row],
            "prioritization": causes.prioritisation[row],
            "contention": causes.contention[row],
            "unavailability": causes.unavailability[row],
            "extraneous": causes.extraneous[row],
        }
    )
    keys = ["source_activity", "source_resource", "target_activity", "target_resource"]
    sums = found.groupby(keys).sum().sort_index()
    wanted = expected.set_index(keys).sort_index()
    assert list(sums.index) == list(wanted.index)
    assert (sums["frequency"] == wanted["frequency"]).all()
    assert (sums["total"] == (wanted["wt_total_seconds"] * 1e6).astype("int64")).all()
    for column in COLUMNS:
        seconds = pd.to_timedelta(wanted[f"wt_{column}"]).dt.total_seconds()
        assert (sums[column] / 1e6).tolist() == seconds.tolist(), column
