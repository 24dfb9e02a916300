"""Fixtures that all tests may use."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# How long one example takes says more about what else the machine does.
settings.register_profile("suite", deadline=None)
settings.register_profile("laws", deadline=None, max_examples=1000)
settings.load_profile("suite")


@pytest.fixture(autouse=True, scope="session")
def no_terminal():
    """Nobody's window decides how wide the tables are."""
    os.environ.pop("COLUMNS", None)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the real logs and the bad-input corpus; tests that need it are skipped where it is absent."""
    folder = Path(os.environ.get("BANKMINE_SHARED") or Path(__file__).resolve().parents[2] / "shared")
    if not folder.is_dir():
        pytest.skip("the shared logs and corpus are not here (set BANKMINE_SHARED)")
    return folder
