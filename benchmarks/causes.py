"""How fast waiting is split into its causes, from 10,000 to 3,000,000 paired instances, beside a row-by-row peer.

    python benchmarks/causes.py [--write] [SIZE ...]

Each size runs in a process of its own on one core: a log of that many instances (six steps a case, one person per 1,000
instances, three calendars, Chinese bank holidays) is made, then enablement, batches and causes are computed; making the log is not
counted. The peer does what research code does for the same question, a data-frame filter per waiting row, on 300 of the rows;
its time is scaled up. `--write` puts table and plot into docs/.
"""

import argparse
import json
import math
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000)
STEPS, ROWS_OF_PEER = 6, 300
DOCS = Path(__file__).parents[1] / "docs"
HOUR = 3_600_000_000


def measure(size: int) -> dict[str, float]:
    """One size, in this process."""
    from bankmine.log.calendar import BusinessCalendar
    from bankmine.log.eventlog import DAY, EventLog
    from bankmine.log.order import canonical_order
    from bankmine.measure.causes import WaitingCauses
    from bankmine.measure.customer import CustomerWaits
    from bankmine.measure.duty import Duty
    from bankmine.measure.enablement import Enablement
    from bankmine.process.definition import ActivityMeaning, Understanding

    rng = np.random.default_rng(size)
    cases, people = size // STEPS, max(size // 1000, 6)
    case = np.repeat(np.arange(cases), STEPS).astype(np.int32)
    activity = np.tile(np.arange(STEPS), cases).astype(np.int32)
    first = 1_704_067_200_000_000 + rng.integers(0, 365 * DAY, cases)
    gap, work = rng.exponential(6 * HOUR, (cases, STEPS)), rng.exponential(HOUR / 3, (cases, STEPS))
    end = (first[:, None] + np.cumsum(gap + work, axis=1)).astype(np.int64).ravel()
    start = end - work.astype(np.int64).ravel()
    who = rng.integers(0, people, len(case)).astype(np.int32)
    row, _ = canonical_order(case, cases, start, end)
    log = EventLog(
        case_names=tuple(map(str, range(cases))),
        activities=tuple("abcdef"),
        resources=tuple(map(str, range(people))),
        case=case[row],
        activity=activity[row],
        resource=who[row],
        start=start[row],
        end=end[row],
        item=np.arange(len(case), dtype=np.int32),
        file=np.zeros(len(case), dtype=np.int16),
        line=row,
        start_line=row,
        offsets=np.arange(cases + 1) * STEPS,
    )
    span = int(start.min()) - 8 * DAY, int(end.max()) + 400 * DAY
    hours = ("Mon-Fri 09:00-17:00", "Mon-Fri 09:00-12:00,13:00-18:00", "Mon-Sat 08:00-20:00")
    calendars = tuple(BusinessCalendar.of(h, "Asia/Shanghai", *span, holidays="CN") for h in hours)
    of_resource = (np.arange(people) % 3).astype(np.int32)
    duty = Duty(
        calendars=calendars,
        opening=np.full(len(log), 2, dtype=np.int32),
        person=of_resource[log.resource],
        of_role=np.zeros(0, dtype=np.int32),
        of_resource=of_resource,
        own=np.ones(people, dtype=bool),
        organisation=2,
        basis="given",
        outside_share=None,
    )
    understanding = Understanding(None, tuple(ActivityMeaning(a) for a in log.activities))
    customer = CustomerWaits.of(log, understanding)
    import pandas as pd  # so that its import is not counted

    assert pd.__version__
    before = peak_bytes()
    begin = time.process_time()
    enablement = Enablement.of(log)
    causes = WaitingCauses.of(log, enablement, understanding, customer, duty)
    seconds = time.process_time() - begin
    peer = row_by_row(log, enablement) if size == SIZES[2] else math.nan
    return {"size": len(log), "seconds": seconds, "peak": peak_bytes(), "before": before, "peer": peer, "check": float(causes.parts.sum())}


def row_by_row(log: object, enablement: object) -> float:
    """Seconds for all rows of a log, by data-frame filters as in the cited tools, from a sample of the rows."""
    import pandas as pd

    from bankmine.log.eventlog import EventLog
    from bankmine.measure.enablement import Enablement

    assert isinstance(log, EventLog) and isinstance(enablement, Enablement)
    frame = pd.DataFrame({"who": log.resource, "start": log.start, "end": log.end, "enabled": enablement.enabled})
    rows = np.linspace(0, len(frame) - 1, ROWS_OF_PEER).astype(int)
    begin = time.process_time()
    for i in rows.tolist():
        me = frame.iloc[i]
        other = frame[(frame["who"] == me["who"]) & (frame["start"] < me["start"]) & (frame["end"] > me["enabled"])]
        earlier = other[other["enabled"] <= me["enabled"]]
        (np.minimum(earlier["end"], me["start"]) - np.maximum(earlier["start"], me["enabled"])).clip(lower=0).sum()
    return (time.process_time() - begin) / len(rows) * len(frame)


def peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def plot(results: list[dict[str, float]], to: Path) -> None:
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "bankmine"
    import matplotlib.pyplot as plt

    size, seconds = (np.array([r[key] for r in results]) for key in ("size", "seconds"))
    law = size * np.log2(size)
    figure, axes = plt.subplots(figsize=(6.4, 4), layout="constrained")
    axes.loglog(size, seconds, "o-", label="measured")
    axes.loglog(size, law * (seconds / law).max(), "--", color="grey", label="n log n above all points")
    axes.set(xlabel="paired instances", ylabel="CPU seconds, one core", title="Splitting waits into causes grows no faster than n log n")
    axes.legend()
    figure.savefig(to, metadata={"Date": None})


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES)
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--write", action="store_true", help="write docs/speed_causes.md and .svg")
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(measure(arguments.sizes[0])))
        return 0
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    results = []
    for size in arguments.sizes:
        done = subprocess.run([sys.executable, __file__, "--one", str(size)], capture_output=True, text=True, check=True)
        results.append(json.loads(done.stdout))
    titles = (
        "instances",
        "seconds",
        "µs per instance",
        "s / (n log2 n), against the smallest",
        "peak MB",
        "of these before",
        "peer, s",
        "times",
    )
    lines = ["| " + " | ".join(titles) + " |", "|" + "---|" * len(titles)]
    base = results[0]["seconds"] / (results[0]["size"] * math.log2(results[0]["size"]))
    for r in results:
        law = r["seconds"] / (r["size"] * math.log2(r["size"])) / base
        peer = ("", "") if math.isnan(r["peer"]) else (f"{r['peer']:.0f}", f"{r['peer'] / r['seconds']:.0f}")
        cells = (
            f"{r['size']:.0f}", f"{r['seconds']:.2f}", f"{r['seconds'] / r['size'] * 1e6:.2f}", f"{law:.2f}",
            f"{r['peak'] / 1e6:.0f}", f"{r['before'] / 1e6:.0f}", *peer,
        )  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    print("\n".join(lines))
    if arguments.write:
        plot(results, DOCS / "speed_causes.svg")
        text = (
            "# How fast waits are split into causes\n\nMade by `python benchmarks/causes.py --write`; what is measured stands there.\n\n"
            + "\n".join(lines)
            + "\n\n![CPU seconds against instances](speed_causes.svg)\n"
        )
        (DOCS / "speed_causes.md").write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
