"""The runs of a job, and its indicators run by run."""

import json
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from bankmine.show.records import write

if TYPE_CHECKING:
    import polars as pl

    from bankmine.api import Analysis


@dataclass(frozen=True, slots=True)
class Run:
    """One run: `id`, the hash of its inputs, configuration and version; `folder`, where its outputs went, as seen from the configuration;
    `breaches` and `alarms`, in words; `findings`, as [pattern, activity].
    """

    id: str
    finished: str
    as_of: str
    folder: str
    cases: int
    breaches: list[str]
    alarms: list[str]
    findings: list[list[str]]


@dataclass(frozen=True)
class History:
    """The files `runs.jsonl` and `kpi.parquet` in the folder of a job's state."""

    folder: Path

    def runs(self) -> list[Run]:
        """The runs, the oldest first."""
        place = self.folder / "runs.jsonl"
        return [Run(**json.loads(line)) for line in place.read_text(encoding="utf-8").splitlines()] if place.exists() else []

    def kpis(self) -> "pl.DataFrame | None":
        """One row for each run and indicator: run, as_of, kpi, value, low, high, cases; None before the first run."""
        import polars as pl

        place = self.folder / "kpi.parquet"
        return pl.read_parquet(place) if place.exists() else None

    def add(self, run: Run, analysis: "Analysis") -> None:
        """Puts a run at the end; both files are whole at every moment, and the list of runs comes last. Raises OutputError."""
        import polars as pl

        figures = [row.figure for row in analysis.kpis.rows]
        new = pl.DataFrame(
            {
                "run": [run.id] * len(figures),
                "as_of": [run.as_of] * len(figures),
                "kpi": [f.id for f in figures],
                "value": [f.value for f in figures],
                "low": [f.low for f in figures],
                "high": [f.high for f in figures],
                "cases": [f.cases for f in figures],
            },
            schema={"run": pl.String, "as_of": pl.String, "kpi": pl.String}
            | dict.fromkeys(("value", "low", "high"), pl.Float64)
            | {"cases": pl.Int64},
        )
        before = self.kpis()
        out = BytesIO()
        (new if before is None else pl.concat([before.filter(pl.col("run") != run.id), new])).write_parquet(out)
        lines = [json.dumps(asdict(each), ensure_ascii=False) + "\n" for each in (*self.runs(), run)]
        write({self.folder / "kpi.parquet": out.getvalue()})
        write({self.folder / "runs.jsonl": "".join(lines).encode()})
