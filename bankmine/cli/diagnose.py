"""`bankmine diagnose`: the whole bank."""

from pathlib import Path
from typing import Annotated

import typer

from bankmine.cli.options import JsonOption, LangOption, Language, ReportOption
from bankmine.cli.output import audited, distinct, show
from bankmine.words import Lang


def diagnose(
    config: Annotated[Path, typer.Argument(metavar="[CONFIG]", help="The configuration that names the logs, [[log]].")] = Path(
        "bankmine.toml"
    ),
    report: ReportOption = None,
    json: JsonOption = None,
    lang: LangOption = Language.EN,
) -> None:
    """Diagnose the whole bank from all its logs.

    Six diagnoses by process, one ranking in hours a year, controls, shared roles and a road map.
    """
    from bankmine.bank import diagnose as diagnose_bank
    from bankmine.bank import log_files
    from bankmine.report.bank_page import page
    from bankmine.settings import Settings
    from bankmine.show.records import json_bytes, write

    language: Lang = "zh" if lang is Language.ZH else "en"
    settings = Settings.load(config)
    outputs = distinct({"--report": report, "--json": json}, [str(config), *log_files(settings)])
    bank = diagnose_bank(settings)
    content: dict[Path, bytes] = {}
    if "--report" in outputs:
        content[outputs["--report"]] = page(bank, language).encode("utf-8", "backslashreplace")
    if "--json" in outputs:
        content[outputs["--json"]] = json_bytes(bank.as_json())
    write(audited(content, [*bank.analyses.values(), *bank.earlier.values()], config))
    show(bank.blocks(), language, bank.zone)
