"""No command that writes or prints, no refusal, no mail names anybody by default (trust.md T10)."""

import json
import re
from pathlib import Path

import polars as pl
import pytest

from bankmine.cli import main
from bankmine.sample import generate
from tests.test_people import CARDS, NAMES, PHONE, words

NUMBER = "62220212345"  # every case id is a card number that begins so
PLANTED = re.compile("|".join([*NAMES, *CARDS, PHONE, NUMBER]))
CHANGED = "2024-03-01"


def found(text: str) -> list[str]:
    return PLANTED.findall(text)


@pytest.fixture(scope="module")
def bank(tmp_path_factory) -> Path:
    """A log of loans with queues whose staff have the planted names and whose cases are numbered as cards are, and a job with a mail."""
    place = tmp_path_factory.mktemp("bank")
    table = generate("loan", seed=600, cases=200, problem="P08", effect=0.2).table
    people = {name: f"{NAMES[n % 4]} {n}" for n, name in enumerate(table["resource"].drop_nulls().unique().sort())}
    table = table.with_columns(
        pl.col("resource").replace_strict(people, default=None),
        pl.format(NUMBER + "{}", pl.col("case_id").rank("dense").cast(pl.String).str.zfill(8)).alias("case_id"),
    )
    table.write_csv(place / "loan.csv")
    (place / "bankmine.toml").write_text(
        '[[log]]\nname = "loan"\nfile = "loan.csv"\nprocess = "loan"\n[[job]]\nname = "weekly"\nlog = "loan.csv"\nprocess = "loan"\n'
        'outputs = ["open.csv", "r.xlsx"]\n[job.mail]\nto = ["head@bank.example"]\n'
        'sender = "bankmine@bank.example"\nhost = "127.0.0.1"\nwhen = "always"\n',
        encoding="utf-8",
    )
    return place


def said(capsys, *arguments: object, status: tuple[int, ...] = (0,)) -> str:
    assert main([str(each) for each in arguments]) in status, capsys.readouterr()
    both = capsys.readouterr()
    return both.out + both.err


OUTPUTS = {"report": "html", "json": "json", "excel": "xlsx"}
WRITTEN = {
    "compare": ["--at", CHANGED, "--twin", "off"],
    "simulate": ["--change", "demand x1.1"],
}
PRINTED = {
    "discover": ["-o", "{folder}/model.bpmn"],
    "conformance": ["--format", "json"],
    "explain": ["line:30"],
    "resources": ["--format", "json"],
    "monitor": ["--format", "json"],
}


@pytest.mark.parametrize("command", WRITTEN)
def test_no_output_names_anybody(command: str, bank: Path, tmp_path: Path, capsys) -> None:
    outputs = [each for kind, end in OUTPUTS.items() for each in (f"--{kind}", tmp_path / f"r.{end}")]
    assert found(said(capsys, command, bank / "loan.csv", "--process", "loan", *WRITTEN[command], *outputs, "-q")) == []
    files = sorted(tmp_path.iterdir())
    assert len(files) > len(OUTPUTS), "each output, and what audits them"
    assert {path.name: found(words(path)) for path in files} == {path.name: [] for path in files}


@pytest.mark.parametrize("command", PRINTED)
def test_no_answer_names_anybody(command: str, bank: Path, tmp_path: Path, capsys) -> None:
    more = [each.format(folder=tmp_path) for each in PRINTED[command]]
    text = said(capsys, command, bank / "loan.csv", "--process", "loan", *more, "-q")
    assert command != "explain" or "…0" in text, "what looks like a card keeps its last four signs"
    assert found(text) == [] and {path.name: found(words(path)) for path in tmp_path.iterdir() if found(words(path))} == {}


def test_the_answer_on_the_whole_bank_names_nobody(bank: Path, tmp_path: Path, capsys) -> None:
    outputs = ["--report", tmp_path / "b.html", "--json", tmp_path / "b.json"]
    assert found(said(capsys, "diagnose", bank / "bankmine.toml", *outputs)) == []
    assert {path.name: found(words(path)) for path in tmp_path.iterdir() if found(words(path))} == {}


def test_neither_a_job_nor_its_mail_names_anybody(bank: Path, monkeypatch, capsys) -> None:
    letters = []
    monkeypatch.setattr("bankmine.jobs.run.send", lambda mail, letter: letters.append(letter))
    text = said(capsys, "run", "--config", bank / "bankmine.toml", status=(0, 3))
    (letter,) = letters
    assert found(text + str(letter["Subject"]) + letter.get_body(("plain",)).get_content()) == []
    (folder,) = (bank / "reports").iterdir()
    sent = {part.get_filename(): part.get_payload(decode=True) for part in letter.iter_attachments()}
    assert sent and all((folder / name).read_bytes() == data for name, data in sent.items())
    kept = [path for place in (folder, bank / ".bankmine") for path in place.rglob("*") if path.is_file()]
    assert {path.name: found(words(path)) for path in kept if found(words(path))} == {}


def test_a_report_on_some_people_does_not_tell_whom_it_was_filtered_by(bank: Path, tmp_path: Path, capsys) -> None:
    somebody = next(name for name in pl.read_csv(bank / "loan.csv")["resource"].drop_nulls() if NAMES[0] in name)
    outputs = ["--report", tmp_path / "r.html", "--json", tmp_path / "r.json"]
    given = ["--where", f"resource={somebody}", "--twin", "off", "-q"]
    assert found(said(capsys, "analyze", bank / "loan.csv", "--process", "loan", *given, *outputs)) == []
    assert {path.name: found(words(path)) for path in tmp_path.iterdir() if found(words(path))} == {}
    assert "resource" in json.dumps(json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["input"])


HEAD, ROW = "case,activity,end,resource\n", "{case},Apply,2026-01-02 09:00,x\n"
REFUSED = {
    "ROW_SHORT": HEAD + ROW.format(case=1) + f"{CARDS[0]},{NAMES[0]}\n" * 9,
    "TS_INVALID": HEAD + f"1,Apply,{NAMES[1]} {PHONE},x\n" * 9,
    "TS_OUT": HEAD + ROW.format(case=1) * 9 + f"2,Apply,{NAMES[1]} {PHONE},x\n" * 9,
    "CASE_SCI_NOTATION": HEAD + ROW.format(case="6.22202E+18") * 9,
    "QUOTE_UNCLOSED": HEAD + ROW.format(case=1) + f'"{NAMES[2]},{CARDS[0]}',
    "HEADER": f"{CARDS[0]},{NAMES[0]},2026-01-02 09:00,x\n" * 9,
    "ROW_LONG": HEAD + ROW.format(case=1) + f"1,Apply,2026-01-02 09:00,x,{NAMES[0]},{CARDS[0]}\n" * 9,
}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("code", REFUSED)
def test_a_refusal_quotes_nobody(code: str, lang: str, tmp_path: Path, capsys) -> None:
    place = tmp_path / "log.csv"
    place.write_text(REFUSED[code], encoding="utf-8")
    text = said(capsys, "check", place, "--lang", lang, "-q", status=(2,))
    assert found(text) == [] and "log.csv:" in text, "where it stands is said instead"


def test_a_filter_that_knows_nobody_of_the_name_lists_nobody(bank: Path, capsys) -> None:
    text = said(capsys, "check", bank / "loan.csv", "--where", "resource=王", "-q", status=(2,))
    assert "VALUE_UNKNOWN" in text and found(text) == []
