"""The whole bank: the logs that a configuration names, analysed and put together."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from bankmine.advice.bank import BankDiagnosis, LogAnswer, bank_diagnosis
from bankmine.api import Analysis, analyze, read_log
from bankmine.errors import UsageError
from bankmine.log.eventlog import DAY
from bankmine.settings import Log, Settings
from bankmine.show.blocks import Block
from bankmine.show.notebook import Shown
from bankmine.track.compare import compare
from bankmine.track.evaluation import Evaluation
from bankmine.words import Lang, Text

WEEK_DAYS = 7


@dataclass(frozen=True, eq=False)
class Bank(Shown):
    """The analyses of the bank's logs by name, in the order of the configuration."""

    analyses: dict[str, Analysis]
    settings: Settings

    @cached_property
    def earlier(self) -> dict[str, Analysis]:
        """The analyses of the logs from before a change, where the configuration names them."""
        return {
            log.name: _analysis(log.model_copy(update={"file": log.before}), self.settings)
            for log in self.settings.log
            if log.before is not None
        }

    @cached_property
    def evaluations(self) -> dict[str, Evaluation]:
        """What came of the changes, by log, where the configuration names a log from before."""
        done = {log.name: log.done for log in self.settings.log}
        return {name: compare(then, self.analyses[name], carried_out=done[name]) for name, then in self.earlier.items()}

    @cached_property
    def diagnosis(self) -> BankDiagnosis:
        return bank_diagnosis([_answer(name, analysis) for name, analysis in self.analyses.items()])

    @property
    def zone(self) -> str:
        """The zone of the first log."""
        return next(iter(self.analyses.values())).zone

    def blocks(self) -> list[Block]:
        from bankmine.report.bank_page import contents

        return contents(self)

    def as_json(self) -> dict[str, object]:
        """The bank as the document of schema bankmine.bank/1, with the predictions that a later comparison can check."""
        from bankmine.report.bank_document import document

        return document(self)

    def save(self, path: str | Path, lang: Lang = "en") -> None:
        """Writes one self-contained page. Raises OutputError."""
        from bankmine.report.bank_page import page
        from bankmine.show.records import write

        write({Path(path): page(self, lang).encode("utf-8", "backslashreplace")})


def diagnose(source: str | Path | Settings = "bankmine.toml") -> Bank:
    """The bank that a configuration describes; its logs are read at once.

    Raises UsageError: NO_LOGS, LOG_NAME_TWICE and those of Settings.load; InputError where a log cannot be read.
    """
    settings = source if isinstance(source, Settings) else Settings.load(Path(source))
    place = None if settings.file is None else str(settings.file)
    if not settings.log:
        raise UsageError(
            "NO_LOGS",
            Text(zh="配置中没有 [[log]]。", en="the configuration has no [[log]]."),
            Text(
                zh='每个日志写一节：[[log]] name = "loan" file = "loan.csv"。',
                en='write one table for each log: [[log]] name = "loan" file = "loan.csv".',
            ),
            place,
        )
    names = [log.name for log in settings.log]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise UsageError(
            "LOG_NAME_TWICE",
            Text(zh=f"两个日志都叫“{twice}”。", en=f"two logs are named {twice!r}."),
            Text(zh="请给每个 [[log]] 不同的 name。", en="give each [[log]] a name of its own."),
            place,
        )
    return Bank({log.name: _analysis(log, settings) for log in settings.log}, settings)


def log_files(settings: Settings) -> list[str]:
    """The files and patterns that the configuration names, beside it."""
    named = [each for log in settings.log for each in (log.file, log.before) if each is not None]
    return [str(settings.beside(file)) for each in named for file in ([each] if isinstance(each, str) else each)]


def _analysis(log: Log, settings: Settings) -> Analysis:
    base = settings if log.config is None else Settings.load(settings.beside(log.config))
    own = base.model_copy(
        update={name: value for name in ("columns", "activities") if (value := getattr(log, name)) is not None},
    )
    files = [str(settings.beside(file)) for file in ([log.file] if isinstance(log.file, str) else log.file)]
    return analyze(read_log(files[0] if len(files) == 1 else files, settings=own), log.process, settings=own)


def _answer(name: str, analysis: Analysis) -> LogAnswer:
    work, log = analysis.workload, analysis.log
    weeks = max(float(log.case_end.max() - log.case_start.min()) / DAY / WEEK_DAYS, 1.0)
    staffed = np.flatnonzero(work.items > 0).tolist()

    def weekly(seconds: np.ndarray) -> dict[str, float | None]:
        return {work.roles[k]: None if np.isnan(seconds[k]) else float(seconds[k]) / weeks for k in staffed}

    return LogAnswer(name, analysis.diagnoses, analysis.recommendations, analysis.kpis.values, weekly(work.busy_s), weekly(work.duty_s))
