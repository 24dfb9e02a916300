"""Planted names, card, identity and phone numbers stand in no output that nobody asked to show them (trust.md T10)."""

import io
import zipfile
from pathlib import Path

import polars as pl
import pytest
from pypdf import PdfReader

from bankmine.cli import main
from bankmine.log.labels import activities
from bankmine.log.read import read_log

NAMES = ("王小芳", "李建国", "Johanna Featherstonehaugh", "Ann Oblonsky")
CARDS = ("6222021234567890128", "4539148803436467")
CITIZEN = "11010519491231002X"
PHONE = "13912345678"
PLANTED = (*NAMES, *CARDS, CITIZEN, PHONE)
STEPS = ("Apply", "Check", "Approve", "Pay")


@pytest.fixture(scope="module")
def log(tmp_path_factory) -> Path:
    """Forty cases by four people; numbers of customers in case ids, labels and attributes."""
    place = tmp_path_factory.mktemp("people") / "log.csv"
    lines = ["case,activity,start,end,resource,product,note"]
    for case in range(40):
        name = CARDS[0] if case == 3 else CITIZEN if case == 4 else f"C{case:03d}"
        for hour, step in enumerate(STEPS):
            label = f"Pay to {CARDS[1]}" if (case, step) == (5, "Pay") else f"Check {CITIZEN}" if (case, step) == (6, "Check") else step
            note = PHONE if case == 7 else CARDS[0] if case == 8 else "-"
            day = f"2026-01-{case % 27 + 1:02d}"
            lines.append(
                f"{name},{label},{day} {9 + 2 * hour:02d}:00:00,{day} {9 + 2 * hour:02d}:40:00,{NAMES[(case + hour) % 4]},card,{note}"
            )
    lines.append(f"C001,Apply,soon,later {CARDS[1]},{NAMES[0]},card,-")
    place.write_text("\n".join(lines) + "\n", encoding="utf-8")
    (place.parent / "bankmine.toml").write_text(
        "[quality]\nmax_reject_share = 0.5\n" + '[[job]]\nname = "weekly"\nlog = "log.csv"\noutputs = ["r.html", "r.json", "r.csv"]\n',
        encoding="utf-8",
    )
    return place


def words(path: Path) -> str:
    """All text of an output."""
    content = path.read_bytes()
    if path.suffix == ".pdf":
        return "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    if path.suffix == ".xlsx":
        book = zipfile.ZipFile(io.BytesIO(content))
        return "".join(book.read(name).decode() for name in book.namelist())
    return content.decode("utf-8", "replace")


def found(text: str) -> list[str]:
    return [each for each in PLANTED if each in text]


COMMANDS = {
    "check": [],
    "waiting": [],
    "rework": [],
    "variants": [],
    "resources": [],
    "segments": ["--by", "product"],
    "explain": ["P07"],
    "monitor": [],
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_no_command_names_anybody(command: str, lang: str, log: Path, capsys) -> None:
    options = [*COMMANDS[command], "--config", str(log.with_name("bankmine.toml")), "--lang", lang, "-q"]
    main([command, str(log), *options])
    said = capsys.readouterr()
    assert found(said.out + said.err) == []


def test_no_file_names_anybody(log: Path, tmp_path: Path, capsys) -> None:
    files = {f"--{kind}": tmp_path / f"r.{end}" for kind, end in (("report", "html"), ("json", "json"), ("excel", "xlsx"), ("pdf", "pdf"))}
    options = [str(each) for pair in files.items() for each in pair]
    assert main(["analyze", str(log), "--config", str(log.with_name("bankmine.toml")), *options]) == 0
    said = capsys.readouterr()
    assert {path.name: found(words(path)) for path in tmp_path.iterdir()} == {path.name: [] for path in tmp_path.iterdir()}
    assert found(said.out + said.err) == []


def test_no_job_names_anybody(log: Path) -> None:
    assert main(["run", "--config", str(log.with_name("bankmine.toml"))]) == 0
    kept = [path for folder in (".bankmine", "reports") for path in (log.parent / folder).rglob("*") if path.is_file()]
    assert len(kept) > 4
    assert {str(path): found(words(path)) for path in kept if found(words(path))} == {}


def test_numbers_in_labels_are_shortened_and_that_is_said(log: Path) -> None:
    read = read_log(log, max_reject_share=0.5)
    assert {"Pay to …6467", "Check …002X"} <= set(read.activities)
    assert {each.code: each.count for each in read.quality if each.code.startswith("PII")} == {"PII_CARD": 4, "PII_ID": 4, "PII_LABEL": 2}


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("Call 13912345678", "Call …5678"),
        ("6222021234567890128,4539148803436467", "…0128,…6467"),
        ("Form 20260131093000", "Form 20260131093000"),
        ("Step 12345678901234567890", "Step 12345678901234567890"),
    ],
)
def test_which_numbers_are_a_persons(label: str, shown: str) -> None:
    assert activities(pl.Series([label, None]), column="activity").names.text().to_list() == [shown, None]


def test_what_is_set_aside_holds_cells_as_they_are(log: Path, tmp_path: Path) -> None:
    """By design: it is for those who own the data."""
    config = str(log.with_name("bankmine.toml"))
    assert main(["check", str(log), "--config", config, "--rejects", str(tmp_path / "r.csv")]) == 0
    assert "soon" in (tmp_path / "r.csv").read_text(encoding="utf-8-sig") or CARDS[1] in (tmp_path / "r.csv").read_text(
        encoding="utf-8-sig"
    )
