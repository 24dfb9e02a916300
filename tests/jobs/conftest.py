"""A folder with a small log and a configuration with a job."""

from pathlib import Path

import pytest

from bankmine.sample import generate

CONFIG = """
[[job]]
name = "weekly"
log = "exports/*.csv"
process = "payment"
folder = "reports/{date}"
outputs = ["payment.json", "open.csv"]
"""


@pytest.fixture(scope="session")
def payments() -> str:
    return generate("payment", seed=5, cases=200).table.write_csv()


@pytest.fixture
def place(tmp_path: Path, payments: str) -> Path:
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "payment.csv").write_text(payments, encoding="utf-8")
    (tmp_path / "bankmine.toml").write_text(CONFIG, encoding="utf-8")
    return tmp_path
