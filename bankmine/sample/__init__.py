"""Sample logs: a seeded discrete-event simulation of the plan's four processes, with a planted problem and its truth."""

from pathlib import Path

from bankmine.sample.generate import Sample, Truth, generate, write_json, write_text
from bankmine.sample.plant import measured_in
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
EFFECT, BREACHES = 0.15, 0.06
EVERY: tuple[tuple[str, str, Lang, int], ...] = tuple(
    (processes[number % len(processes)], pattern, "zh" if number % 2 else "en", 1000)
    for number, (pattern, processes) in enumerate(PROBLEMS.items())
)

BANK = """\
# The four sample logs as one bank: bankmine diagnose sample_logs/bankmine.toml --report bank.html

[[log]]
name = "存款开户 deposit"
file = "deposit.csv"
process = "deposit"

[[log]]
name = "贷款 loan"
file = "loan.csv"
process = "loan"

[[log]]
name = "支付 payment"
file = "payment.csv"
process = "payment"

[[log]]
name = "理财 wealth"
file = "wealth.csv"
process = "wealth"
"""


def write_samples(folder: str | Path, seed: int = 2024, *, waits: bool = False, every: bool = False) -> list[Path]:
    """Writes one log per process, each with one planted problem, truth.json, and bankmine.toml for all four as one bank; with `every`
    one log per pattern that can be planted instead, named by process and pattern, at an effect of 15 % (breaches: 6 %); with `waits`
    also why each row waited, as NAME.waits.csv. The same seed gives the same bytes.

    Raises OutputError: OUTPUT.
    """
    files, truth = [], {}
    for process, pattern, lang, cases in EVERY if every else SAMPLES:
        effect = (BREACHES if measured_in(pattern) == "cases" else EFFECT) if every else None
        sample = generate(process, seed=seed, cases=cases, problem=pattern, lang=lang, effect=effect)
        file = Path(folder) / (f"{process}-{pattern}.csv" if every else f"{process}.csv")
        sample.write_csv(file)
        files.append(file)
        if waits:
            files.append(sample.write_waits(file.with_suffix(".waits.csv")))
        truth[file.name] = sample.truth.as_json()
    write_json(Path(folder) / "truth.json", truth)
    if not every:
        write_text(Path(folder) / "bankmine.toml", BANK)
    return files
