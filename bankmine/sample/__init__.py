"""Sample logs: a seeded discrete-event simulation of the plan's four processes, with a planted problem and its truth."""

from pathlib import Path

from bankmine.sample.generate import Sample, Truth, generate, write_json
from bankmine.sample.problems import PROBLEMS
from bankmine.words import Lang

__all__ = ["PROBLEMS", "Sample", "Truth", "generate", "write_samples"]

# The logs of `bankmine sample`: process, planted pattern, language, cases.
SAMPLES: tuple[tuple[str, str, Lang, int], ...] = (
    ("deposit", "P15", "zh", 500),
    ("loan", "P14", "en", 600),
    ("payment", "P26", "en", 700),
    ("wealth", "P07", "zh", 500),
)


def write_samples(folder: str | Path, seed: int = 2024, *, waits: bool = False) -> list[Path]:
    """Writes one log per process, each with one planted problem, and truth.json; with `waits` also why each row waited, as
    NAME.waits.csv. The same seed gives the same bytes.

    Raises OutputError: OUTPUT.
    """
    files, truth = [], {}
    for process, pattern, lang, cases in SAMPLES:
        sample = generate(process, seed=seed, cases=cases, problem=pattern, lang=lang)
        file = Path(folder) / f"{process}.csv"
        sample.write_csv(file)
        files.append(file)
        if waits:
            files.append(sample.write_waits(file.with_suffix(".waits.csv")))
        truth[file.name] = sample.truth.as_json()
    write_json(Path(folder) / "truth.json", truth)
    return files
