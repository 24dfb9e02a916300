import csv
import io
import itertools
import json
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jsonschema
import pytest

from bankmine.cli import main
from bankmine.cli.main import EXAMPLES
from bankmine.report.schema import schemas
from tests.report.conftest import PEOPLE, loans

FULL = Path("/dev/full")
COMMANDS = [command.__name__ for command in EXAMPLES]
ON_A_LOG = [name for name in COMMANDS if name not in ("diagnose", "run", "sample", "schedule", "schema", "verify")]


@pytest.fixture(scope="module")
def loans_csv(tmp_path_factory):
    log = loans("en", cases=120)
    place = tmp_path_factory.mktemp("logs") / "loans.csv"

    def clock(microseconds):
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(microseconds))).strftime("%Y-%m-%d %H:%M:%S")

    with place.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["case_id", "activity", "start_time", "end_time", "resource", "channel"])
        for k in range(len(log)):
            case = log.case[k]
            out.writerow(
                [
                    log.case_names[case],
                    log.activities[log.activity[k]],
                    clock(log.start[k]),
                    clock(log.end[k]),
                    log.resources[log.resource[k]],
                    "online" if case % 2 else "branch",
                ]
            )
    return place


@pytest.fixture(autouse=True)
def own_key(tmp_path, monkeypatch):
    monkeypatch.setenv("BANKMINE_KEY_FILE", str(tmp_path / "key"))


def test_analyze_says_what_to_do_first(loans_csv, capsys):
    assert main(["analyze", str(loans_csv)]) == 0
    out, err = capsys.readouterr()
    assert "Request missing documents" in out and "P15" in out and "D6" in out
    assert "case = case_id" in out and "Asia/Shanghai" in out
    assert err == "" and "\x1b" not in out


def test_analyze_in_chinese(loans_csv, capsys):
    assert main(["analyze", str(loans_csv), "--lang", "zh"]) == 0
    assert "六项诊断中有" in capsys.readouterr().out


def test_report_and_json_together(loans_csv, tmp_path, capsys):
    report, document = tmp_path / "r.html", tmp_path / "r.json"
    assert main(["analyze", str(loans_csv), "--report", str(report), "--json", str(document)]) == 0
    content = json.loads(document.read_bytes())
    jsonschema.Draft202012Validator(schemas()).validate(content)
    assert content["input"]["columns"]["case"] == "case_id"
    assert report.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert sorted(p.name for p in tmp_path.iterdir() if p.name != "key") == ["r.html", "r.html.audit.json", "r.json"]


def test_outputs_do_not_depend_on_the_folder(loans_csv, tmp_path, monkeypatch, capsys):
    made = []
    for folder, name in ((loans_csv.parent, loans_csv.name), (tmp_path, str(loans_csv))):
        monkeypatch.chdir(folder)
        place = tmp_path / f"{len(made)}.json"
        assert main(["check", name, "--json", str(place)]) == 0
        made.append((place.read_bytes(), capsys.readouterr().out))
    assert made[0] == made[1]


def test_check_says_what_the_log_can_carry(loans_csv, tmp_path, capsys):
    document, rejects = tmp_path / "c.json", tmp_path / "rejects.csv"
    assert main(["check", str(loans_csv), "--json", str(document), "--rejects", str(rejects)]) == 0
    content = json.loads(document.read_bytes())
    jsonschema.Draft202012Validator(schemas()).validate(content)
    assert {row["analysis"]: row["ready"] for row in content["readiness"]}["waiting"]
    assert rejects.read_text(encoding="utf-8-sig").startswith("file,line,reason")
    assert "What this log can carry" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["waiting", "rework", "variants"])
def test_a_measure_in_three_forms(loans_csv, capsys, command):
    assert main([command, str(loans_csv)]) == 0
    assert "Check application documents" in capsys.readouterr().out
    assert main([command, str(loans_csv), "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert main([command, str(loans_csv), "--format", "csv"]) == 0
    table = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert len(table) == len(rows) > 1
    nested = {name for value in rows[0].values() if isinstance(value, dict) for name in value}
    assert set(table[0]) <= set(rows[0]) | nested


def test_waiting_says_why_by_activity_and_by_arc(loans_csv, capsys):
    given = ["waiting", str(loans_csv), "--calendar", "Mon-Sun 08:00-20:00"]
    assert main(given) == 0
    out = capsys.readouterr().out
    assert "Why work waits" in out and "Made possible by" in out and "closed" in out
    assert max(map(len, out.splitlines())) <= 100
    assert out.count("Business time: Mon-Sun 08:00-20:00 Asia/Shanghai, as configured.") == 1
    assert main([*given, "--by", "arc", "--format", "csv"]) == 0
    table = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    paid = next(row for row in table if row["activity"] == "Approve loan")
    assert paid["source"] == "Check application documents" and float(paid["closed_s"]) > 0


def test_hours_on_the_command_line_go_before_those_of_the_configuration(loans_csv, tmp_path, capsys):
    config = tmp_path / "bankmine.toml"
    config.write_text('[calendar]\nhours = "24/7"\nholidays = "CN"\n', encoding="utf-8")
    found = []
    for options in ([], ["--calendar", "Mon-Fri 09:00-17:00"]):
        place = tmp_path / "c.json"
        assert main(["check", str(loans_csv), "--config", str(config), "--json", str(place), *options]) == 0
        found.append(json.loads(place.read_bytes())["input"]["calendar"])
    assert found == ["CN 24/7 Asia/Shanghai", "CN Mon-Fri 09:00-17:00 Asia/Shanghai"]


def test_a_model_is_written_in_the_form_of_its_suffix(loans_csv, tmp_path, capsys):
    begins = {"svg": b"<", "png": b"\x89PNG", "bpmn": b"<", "pnml": b"<", "dot": b"digraph"}
    for suffix, head in begins.items():
        assert (
            main(
                [
                    "discover",
                    str(loans_csv),
                    "-o",
                    str(tmp_path / f"model.{suffix}"),
                    "--algorithm",
                    "heuristics" if suffix == "png" else "inductive",
                ]
            )
            == 0
        )
        assert (tmp_path / f"model.{suffix}").read_bytes().startswith(head)
    assert "Fitness of the model".lower() in capsys.readouterr().out.lower()
    assert main(["discover", str(loans_csv), "-o", str(tmp_path / "model.xyz")]) == 2
    assert ".pnml" in capsys.readouterr().err


def test_filters_change_what_is_measured(loans_csv, capsys):
    counts = []
    for options in ([], ["--where", "channel=online"], ["--from", "2024-03-04", "--to", "2024-03-20"]):
        assert main(["variants", str(loans_csv), "--format", "json", *options]) == 0
        counts.append(sum(row["count"] for row in json.loads(capsys.readouterr().out)))
    assert counts[:2] == [120, 60] and 0 < counts[2] < 120


def test_explain_goes_back_to_lines(loans_csv, tmp_path, capsys):
    place = tmp_path / "rows.csv"
    assert main(["explain", str(loans_csv), "1", "--csv", str(place)]) == 0
    assert "loans.csv" in capsys.readouterr().out
    rows = list(csv.reader(io.StringIO(place.read_bytes().decode("utf-8-sig"))))
    lines = loans_csv.read_text(encoding="utf-8").splitlines()
    head = {name: k for k, name in enumerate(rows[0])}
    assert len(rows) > 20
    for row in rows[1:4]:
        source = lines[int(row[head["Line"]]) - 1]
        assert source.startswith(f"{row[head['Case']]},{row[head['Activity']]},")


def test_explain_tells_what_made_a_line_wait(loans_csv, tmp_path, capsys):
    lines = loans_csv.read_text(encoding="utf-8").splitlines()
    number = next(k for k, line in enumerate(lines, 1) if ",Approve loan," in line)
    place = tmp_path / "wait.csv"
    assert main(["explain", str(loans_csv), f"line:{number}", "--calendar", "24/7", "--csv", str(place)]) == 0
    out = capsys.readouterr().out
    assert "Approve loan" in out and f"line {number}" in out and "Where the wait went" in out
    assert not any(person in out for person in ("Chen_Jing", *PEOPLE))
    rows = list(csv.DictReader(io.StringIO(place.read_bytes().decode("utf-8-sig"))))
    assert rows[0]["From"] < rows[-1]["To"] and all(a["To"] == b["From"] for a, b in itertools.pairwise(rows))
    assert main(["explain", str(loans_csv), f"line:loans.csv:{number}", "--calendar", "24/7"]) == 0
    assert capsys.readouterr().out == out


def test_explain_shows_the_longest_wait_of_a_finding_below_its_rows(loans_csv, capsys):
    assert main(["explain", str(loans_csv), "1"]) == 0
    out = capsys.readouterr().out
    assert 0 < out.index("Rows behind the figure") < out.index("The wait before") < out.index("Where the wait went")


def test_explain_of_a_silent_pattern_says_what_was_looked_for(loans_csv, capsys):
    assert main(["explain", str(loans_csv), "P23"]) == 0
    out = capsys.readouterr().out
    assert "It was looked for at all" in out and "tolerated_share" in out
    assert main(["explain", str(loans_csv), "P23", "--lang", "zh"]) == 0
    assert "没有达到判定条件" in capsys.readouterr().out


def test_explain_of_a_pattern_that_the_log_cannot_carry_says_what_is_missing(tmp_path, capsys):
    log = tmp_path / "log.csv"
    log.write_text("case_id,activity,end_time\n" + "".join(f"{c},A,2024-01-0{c} 10:00\n{c},B,2024-01-0{c} 11:00\n" for c in range(1, 9)))
    assert main(["explain", str(log), "P08"]) == 0
    assert "the log lacks start times of the activities" in " ".join(capsys.readouterr().out.split())


def test_explain_of_what_is_not_there_says_what_is(loans_csv, capsys):
    assert main(["explain", str(loans_csv), "P99"]) == 2
    assert re.match(r"bankmine: FINDING_UNKNOWN: .*\nhint: .*P15@", capsys.readouterr().err)


def test_schema_is_a_schema(capsys):
    assert main(["schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    assert schema == schemas() and schema["$schema"].endswith("2020-12/schema")


@pytest.mark.parametrize(
    "arguments",
    [
        ["analyze", "nowhere.csv", "--report", "{out}"],
        ["analyse", "x.csv"],
        ["analyze"],
        ["waiting", "{log}", "--format", "xml"],
        ["analyze", "{log}", "--case", "nr"],
        ["analyze", "{log}", "--where", "channel"],
        ["analyze", "{log}", "--where", "channel=fax"],
        ["analyze", "{log}", "--from", "spring"],
        ["analyze", "{log}", "--process", "mortgage", "--report", "{out}"],
        ["analyze", "{log}", "--as-of", "soon"],
        ["analyze", "{log}", "--report", "{log}"],
        ["analyze", "{log}", "--report", "{out}", "--json", "{out}"],
        ["analyze", "{log}", "--config", "nowhere.toml"],
        ["analyze", "{log}", "--timezone", "Mars/Base"],
        ["waiting", "{log}", "--calendar", "nine to five"],
        ["explain", "{log}", "line:9999"],
    ],
)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_wrong_input_or_usage_is_two_lines_and_nothing_is_written(loans_csv, tmp_path, monkeypatch, capsys, arguments, lang):
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    before = loans_csv.read_bytes()
    given = [a.format(log=loans_csv, out="out.html") for a in arguments]
    assert main([*given, "--lang", lang] if len(given) > 1 else given) == 2
    out, err = capsys.readouterr()
    first, second = err.splitlines()
    assert first.startswith("bankmine: ") and re.search(r": [A-Z][A-Z_]+: ", first) and second.startswith("hint: ")
    assert out == "" and not list(work.iterdir()) and loans_csv.read_bytes() == before


def test_an_output_that_cannot_be_written_is_73(loans_csv, tmp_path, capsys):
    assert main(["analyze", str(loans_csv), "--json", str(tmp_path / "none" / "a.json")]) == 73
    out, err = capsys.readouterr()
    assert out == "" and "WRITE_FAILED" in err and "hint: " in err


def test_a_fault_of_ours_is_70_and_kept(loans_csv, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("bankmine.report.screen.screen", lambda analysis: 1 / 0)
    assert main(["analyze", str(loans_csv)]) == 70
    err = capsys.readouterr().err
    assert "INTERNAL" in err and "Traceback" not in err
    kept = re.search(r"hand (\S+\.txt)", err)[1]
    assert "ZeroDivisionError" in Path(kept).read_text(encoding="utf-8")


def test_an_interruption_is_130(loans_csv, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("bankmine.cli.options.Reading.read", interrupt)
    assert main(["waiting", str(loans_csv)]) == 130


def test_help_has_an_example_of_each_command(capsys):
    for command in COMMANDS:
        assert main([command, "--help"]) == 0
        assert f"Example: bankmine {command}" in capsys.readouterr().out
    assert main([]) == 0
    overview = capsys.readouterr().out
    assert all(command in overview for command in COMMANDS)


def test_version(capsys):
    assert main(["--version"]) == 0
    assert re.fullmatch(r"bankmine \d+\.\d+\.\d+\n", capsys.readouterr().out)


def test_every_command_on_a_log_has_the_shared_options(capsys):
    for command in ON_A_LOG:
        main([command, "--help"])
        out = capsys.readouterr().out
        assert all(
            option in out
            for option in ("--config", "--case", "--where", "--from", "--as-of", "--process", "--timezone", "--lang", "--show-people")
        )


def test_a_closed_pipe_is_no_error(loans_csv):
    done = subprocess.run(
        f'"{sys.executable}" -m bankmine waiting "{loans_csv}" --format json | head -c 1', shell=True, capture_output=True, encoding="utf-8"
    )
    assert done.stdout == "[" and done.stderr == ""


@pytest.mark.skipif(not FULL.exists(), reason="no /dev/full")
def test_a_full_disk_behind_stdout_is_73(loans_csv):
    with FULL.open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "bankmine", "waiting", str(loans_csv)], stdout=full, stderr=subprocess.PIPE, encoding="utf-8"
        )
    assert done.returncode == 73 and "WRITE_FAILED" in done.stderr and "Traceback" not in done.stderr


def test_the_measures_never_load_pm4py(loans_csv):
    code = (
        f"import sys; from bankmine.cli import main; ends = [main([c, {str(loans_csv)!r}]) for c in ('waiting', "
        f"'rework', 'variants', 'check')]; "
        "sys.exit(any(ends) or bool({'pm4py', 'matplotlib', 'pandas', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr


def test_help_loads_no_large_library():
    code = "import sys, bankmine.cli.main; sys.exit(bool({'polars', 'numpy', 'pydantic', 'rich', 'pandas'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
