"""`bankmine sample`: logs with a planted problem each."""

from pathlib import Path
from typing import Annotated

import typer

from bankmine.cli.options import Language
from bankmine.words import Text

WRITTEN = Text(zh="已写入 {path}", en="{path} written")


def sample(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder for the logs and truth.json; made if it is not there.", show_default=False)
    ],
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same bytes.")] = 2024,
    every: Annotated[bool, typer.Option("--every-pattern", help="One log for each pattern that can be planted.")] = False,
    waits: Annotated[bool, typer.Option("--waits", help="Also NAME.waits.csv: of every row of the log, why it waited.")] = False,
    lang: Annotated[Language, typer.Option("--lang", help="Language of the messages.")] = Language.EN,
) -> None:
    """Write sample logs with planted problems.

    One log for each of the four processes (or for each pattern), and truth.json, which says what was planted.
    """
    from bankmine.sample import write_samples

    for path in write_samples(folder, seed, waits=waits, every=every):
        print(WRITTEN.format(path=str(path)).of("zh" if lang is Language.ZH else "en"))
