"""A job's reports appear together or not at all, once for each state of their inputs, whoever else runs and whatever kills it."""

import errno
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import polars as pl
import pytest

from bankmine.cli import main
from bankmine.errors import BankmineError, BusyError, UsageError
from bankmine.jobs.history import History
from bankmine.jobs.lock import alone
from bankmine.jobs.run import run
from bankmine.settings import Settings

STARTS, KILLS = 20, 20


def command(place: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "bankmine", "run", "--config", str(place / "bankmine.toml"), *more]


def reports(place: Path) -> list[Path]:
    return sorted((place / "reports").iterdir()) if (place / "reports").exists() else []


def whole(folder: Path) -> bool:
    return main(["verify", str(folder)]) == 0


def test_a_run_writes_its_outputs_its_audit_and_its_history(place: Path) -> None:
    done = run(settings := Settings.load(place / "bankmine.toml"), settings.job[0])
    assert done.state == "done" and not done.breached
    assert {p.name for p in done.folder.iterdir()} == {"payment.json", "open.csv", "audit.json"}
    record = json.loads((done.folder / "audit.json").read_text(encoding="utf-8"))
    assert record["rows"]["used"] > 0 and record["inputs"][0]["path"] == "../../exports/payment.csv" and record["exit"] == 0
    history = History(place / ".bankmine" / "weekly")
    (kept,) = history.runs()
    assert kept.id == record["run"] and kept.cases == 200
    kpis = history.kpis()
    assert kpis is not None and set(kpis["run"]) == {kept.id} and "cycle_time_median" in set(kpis["kpi"])
    assert whole(done.folder)


def test_the_same_inputs_are_not_done_twice_and_others_are(place: Path, capsys) -> None:
    assert main(command(place)[3:]) == 0 and main(command(place)[3:]) == 0
    assert "already done" in capsys.readouterr().out and len(reports(place)) == 1
    log = place / "exports" / "payment.csv"
    log.write_text(log.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert main(command(place, "--lang", "zh")[3:]) == 0
    assert len(reports(place)) == 2 and all(whole(folder) for folder in reports(place)[1:])
    assert main(command(place, "--again")[3:]) == 0 and len(reports(place)) == 3


def test_a_breached_threshold_is_exit_3_and_the_outputs_are_there(place: Path) -> None:
    with (place / "bankmine.toml").open("a", encoding="utf-8") as file:
        file.write('thresholds = { "cycle_time.p90_s" = 60, "kpis.open_cases" = 1e9 }\n')
    assert main(command(place)[3:]) == 3
    (folder,) = reports(place)
    assert json.loads((folder / "audit.json").read_text(encoding="utf-8"))["exit"] == 3
    assert History(place / ".bankmine" / "weekly").runs()[0].breaches[0].startswith("Limit breached: cycle_time.p90_s = ")


def test_only_the_newest_folders_stay_where_the_job_says_so(place: Path) -> None:
    with (place / "bankmine.toml").open("a", encoding="utf-8") as file:
        file.write("keep = 2\n")
    (place / "reports").mkdir()
    (place / "reports" / "mine").mkdir()
    for _ in range(4):
        assert main(command(place, "--again")[3:]) == 0
    assert len(reports(place)) == 3 and (place / "reports" / "mine").is_dir(), "what the job did not make stays"


def test_the_second_start_is_told_who_runs(place: Path) -> None:
    settings = Settings.load(place / "bankmine.toml")
    with alone(place / ".bankmine" / "weekly" / "lock", "weekly"), pytest.raises(BusyError, match=f"pid {os.getpid()}"):
        run(settings, settings.job[0])
    with alone(place / ".bankmine" / "weekly" / "lock", "weekly"):
        assert main(command(place)[3:]) == 75
    assert main(command(place)[3:]) == 0


@pytest.mark.slow
def test_twenty_starts_at_once_give_one_report(place: Path) -> None:
    running = [subprocess.Popen(command(place), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for _ in range(STARTS)]
    ends = [process.wait(timeout=300) for process in running]
    assert set(ends) <= {0, 75} and 0 in ends
    (folder,) = reports(place)
    assert whole(folder) and len(History(place / ".bankmine" / "weekly").runs()) == 1


@pytest.mark.slow
def test_a_killed_run_leaves_the_earlier_report_whole_and_the_next_one_succeeds(place: Path) -> None:
    began = time.monotonic()
    subprocess.run(command(place), check=True, stdout=subprocess.DEVNULL)
    usual = time.monotonic() - began
    (first,) = reports(place)
    chance = random.Random(1)
    for _ in range(KILLS):
        process = subprocess.Popen(command(place, "--again"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(usual * chance.uniform(0.3, 1.1))
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert whole(first)
        assert all(whole(folder) for folder in reports(place) if not folder.name.startswith("."))
        History(place / ".bankmine" / "weekly").runs()
    subprocess.run(command(place, "--again"), check=True, stdout=subprocess.DEVNULL)
    assert not [folder for folder in reports(place) if folder.name.startswith(".")], "nothing unfinished is left"


@pytest.mark.parametrize("output", ["../x.html", "x.exe", "audit.json", "a/b.json"])
def test_outputs_are_files_of_known_kinds_in_the_folder(place: Path, output: str) -> None:
    text = (place / "bankmine.toml").read_text(encoding="utf-8").replace("open.csv", output)
    (place / "bankmine.toml").write_text(text, encoding="utf-8")
    settings = Settings.load(place / "bankmine.toml")
    with pytest.raises(UsageError, match="JOB_OUTPUT"):
        run(settings, settings.job[0])
    assert not reports(place)


def test_reports_say_what_is_new_since_last_time(place: Path) -> None:
    text = (place / "bankmine.toml").read_text(encoding="utf-8").replace("open.csv", "p.html")
    (place / "bankmine.toml").write_text(text, encoding="utf-8")
    assert main(command(place)[3:]) == 0 and main(command(place, "--again")[3:]) == 0
    first, second = (folder / "p.html" for folder in reports(place))
    assert "This is the first run." in first.read_text(encoding="utf-8") and "这是第一次运行" in first.read_text(encoding="utf-8")
    assert "Compared with the last run" in second.read_text(encoding="utf-8")


@pytest.mark.parametrize(("job", "code"), [("monthly", "JOB_UNKNOWN"), (None, "JOB_NONE")])
def test_a_job_that_is_not_there_is_named(place: Path, capsys, job: str | None, code: str) -> None:
    if job is None:
        (place / "bankmine.toml").write_text("", encoding="utf-8")
    assert main(["run", *([job] if job else []), "--config", str(place / "bankmine.toml")]) == 2
    assert code in capsys.readouterr().err


def test_the_history_of_indicators_grows_by_run(place: Path) -> None:
    for _ in range(2):
        log = place / "exports" / "payment.csv"
        log.write_text(log.read_text(encoding="utf-8") + "\n", encoding="utf-8")
        main(command(place)[3:])
    kpis = History(place / ".bankmine" / "weekly").kpis()
    assert kpis is not None and kpis["run"].n_unique() == 2 and kpis.group_by("run").len()["len"].n_unique() == 1
    assert isinstance(kpis, pl.DataFrame)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_whichever_write_fails_no_half_folder_has_the_final_name(place: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    settings = Settings.load(place / "bankmine.toml")
    names = [(os, "fsync"), (os, "replace"), (Path, "rename"), (tempfile, "mkdtemp"), (tempfile, "mkstemp"), (os, "fdopen")]
    originals = {(home, name): getattr(home, name) for home, name in names}
    for nth in range(1, 100):
        calls = 0

        def failing(original, nth: int = nth):
            def call(*arguments, **more):
                nonlocal calls
                calls += 1
                if calls == nth:
                    raise OSError(number, os.strerror(number))
                return original(*arguments, **more)

            return call

        before = {folder.name for folder in reports(place)}
        with monkeypatch.context() as patched:
            for (home, name), original in originals.items():
                patched.setattr(home, name, failing(original))
            status = 0
            try:
                run(settings, settings.job[0], again=True)
            except BankmineError as error:
                status = error.exit_status
        assert status in (0, 73)
        final = reports(place)
        assert not [folder for folder in final if folder.name.startswith(".")], "what could not be finished takes no room"
        assert all(whole(folder) for folder in final if folder.name not in before)
        if status == 0:
            break
    assert nth > 5 and status == 0
    assert not [folder for folder in reports(place) if folder.name.startswith(".")]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no mask")
def test_others_may_read_a_report_only_as_the_users_mask_says(place: Path) -> None:
    before = os.umask(0o077)
    try:
        assert main(command(place)[3:]) == 0
    finally:
        os.umask(before)
    (folder,) = reports(place)
    assert {each.stat().st_mode & 0o077 for each in (folder, *folder.iterdir())} == {0}


def test_breaches_are_told_in_the_readers_language(place: Path, capsys) -> None:
    with (place / "bankmine.toml").open("a", encoding="utf-8") as file:
        file.write('thresholds = { "cycle_time.p90_s" = 60 }\n')
    assert main(command(place, "--lang", "zh")[3:]) == 3
    assert "越限：cycle_time.p90_s = " in capsys.readouterr().out
