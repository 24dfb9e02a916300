"""Sample logs: a seeded discrete-event simulation of the plan's four processes, with a planted problem and its truth."""

from pathlib import Path

from bankmine.errors import OutputError
from bankmine.sample.generate import Sample, Truth, generate, write_json
from bankmine.sample.problems import PROBLEMS
from bankmine.words import Lang, Text

__all__ = ["PROBLEMS", "Sample", "Truth", "generate", "write_samples"]

# The logs of `bankmine sample`: process, planted pattern, language, cases.
SAMPLES: tuple[tuple[str, str, Lang, int], ...] = (
    ("deposit", "P15", "zh", 500),
    ("loan", "P14", "en", 600),
    ("payment", "P26", "en", 700),
    ("wealth", "P07", "zh", 500),
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


def write_samples(folder: str | Path, seed: int = 2024, *, waits: bool = False) -> list[Path]:
    """Writes one log per process, each with one planted problem, truth.json, and bankmine.toml for all four as one bank; with `waits` also why each row waited, as
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
    bank = Path(folder) / "bankmine.toml"
    try:
        bank.write_bytes(BANK.encode())
    except OSError as error:
        raise OutputError(
            "OUTPUT",
            Text(zh=f"无法写入：{error.strerror}。", en=f"cannot be written: {error.strerror}."),
            Text(zh="请检查文件夹和磁盘空间。", en="check the folder and the disk's space."),
            str(bank),
        ) from error
    return files
