"""The same log gives the same answer, whatever the order of the rows between cases, the hash seed, the zone or the language."""

import csv
import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bankmine.api import analyze
from bankmine.log.read import read_log
from bankmine.sample import generate
from benchmarks.damage import sound_files

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


ENVIRONMENTS = (
    {"PYTHONHASHSEED": "1", "TZ": "UTC", "LC_ALL": "C", "POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1"},
    {"PYTHONHASHSEED": "2", "TZ": "America/New_York", "LC_ALL": "zh_CN.UTF-8", "POLARS_MAX_THREADS": "2", "OMP_NUM_THREADS": "2"},
    {"PYTHONHASHSEED": "3", "TZ": "Asia/Kathmandu", "LC_ALL": "C", "POLARS_MAX_THREADS": "2", "OMP_NUM_THREADS": "1"},
    {"PYTHONHASHSEED": "4", "TZ": "UTC", "LC_ALL": "tr_TR.UTF-8", "POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "2"},
    {"PYTHONHASHSEED": "5", "TZ": "America/New_York", "LC_ALL": "C", "POLARS_MAX_THREADS": "2", "OMP_NUM_THREADS": "2"},
)


@pytest.fixture
def locales(tmp_path: Path) -> Path:
    """A folder with the locales, which few machines have, where they can be made; otherwise they count as "C"."""
    for name in ("zh_CN", "tr_TR"):  # of Turkish letters, I is not the large i
        if shutil.which("localedef"):
            subprocess.run(["localedef", "-i", name, "-f", "UTF-8", str(tmp_path / f"{name}.UTF-8")], check=False, capture_output=True)
    return tmp_path


def test_bytes_do_not_depend_on_hash_seed_zone_language_threads_or_folder(tmp_path: Path, locales: Path) -> None:
    log = tmp_path / "log.csv"
    generate("payment", seed=5, cases=60).table.write_csv(log)
    found = []
    for number, environment in enumerate(ENVIRONMENTS):
        folder = tmp_path / f"folder {number}"
        command = [sys.executable, "-m", "bankmine", "analyze", str(log), "--twin", "off"]
        for option, name in (("--json", "a.json"), ("--report", "a.html"), ("--excel", "a.xlsx"), ("--pdf", "a.pdf")):
            command += [option, str(folder / name)]
        folder.mkdir()
        subprocess.run(command, check=True, capture_output=True, env={**os.environ, "LOCPATH": str(locales), **environment})
        found.append({path.name: path.read_bytes() for path in folder.iterdir() if not path.name.endswith("audit.json")})
    for other in found[1:]:
        assert [name for name in found[0] if found[0][name] != other[name]] == []


def test_every_format_of_one_log_gives_the_same_results(tmp_path: Path) -> None:
    """But for what belongs to the file: names of columns, places, findings on how cells are written."""
    documents = {}
    for name, content in sound_files().items():
        (tmp_path / name).write_bytes(content)
        document = analyze(read_log(tmp_path / name), twin="off").as_json()
        documents[name] = {part: value for part, value in document.items() if part not in ("input", "quality")}
    assert len(documents) == 6
    for name, document in documents.items():
        assert document == documents["log.csv"], name
