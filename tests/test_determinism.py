"""The same log gives the same answer, whatever the order of the rows between cases, the hash seed, the zone or the language."""

import csv
import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parents[1] / "sample_logs"


def without_places(document: object) -> object:
    """The document without input.files and line numbers."""
    if isinstance(document, dict):
        return {k: without_places(v) for k, v in document.items() if k not in ("files", "line")}
    if isinstance(document, list):
        return [without_places(v) for v in document]
    return document


def analysed(log: Path, folder: Path, **environment: str) -> tuple[dict[str, object], bytes]:
    folder.mkdir()
    subprocess.run(
        [sys.executable, "-m", "bankmine", "analyze", str(log), "--json", str(folder / "a.json"), "--report", str(folder / "a.html")],
        check=True,
        capture_output=True,
        env={**os.environ, **environment},
    )
    return json.loads((folder / "a.json").read_text(encoding="utf-8")), (folder / "a.html").read_bytes()


@pytest.mark.parametrize("sample", ["loan", "payment"])
def test_shuffling_rows_between_cases_changes_nothing(sample: str, tmp_path: Path) -> None:
    rows = list(csv.reader((SAMPLES / f"{sample}.csv").open(encoding="utf-8-sig", newline="")))
    header, body = rows[0], rows[1:]
    by_case: dict[str, list[list[str]]] = {}
    for row in body:
        by_case.setdefault(row[0], []).append(row)
    order = [row[0] for row in body]
    random.Random(7).shuffle(order)  # which case gives its next row
    queues = {case: iter(own) for case, own in by_case.items()}
    shuffled = tmp_path / f"{sample}.csv"
    with shuffled.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *(next(queues[case]) for case in order)])
    straight, _ = analysed(SAMPLES / f"{sample}.csv", tmp_path / "straight")
    mixed, _ = analysed(shuffled, tmp_path / "mixed")
    assert without_places(mixed) == without_places(straight)


def test_bytes_do_not_depend_on_hash_seed_zone_or_language(tmp_path: Path) -> None:
    log = SAMPLES / "loan.csv"
    one = analysed(log, tmp_path / "one", PYTHONHASHSEED="1", TZ="UTC", LANG="C", POLARS_MAX_THREADS="1")
    other = analysed(log, tmp_path / "other", PYTHONHASHSEED="2", TZ="America/New_York", LANG="zh_CN.UTF-8", POLARS_MAX_THREADS="2")
    assert one == other
