"""Bytes and texts of any kind give a log or a refusal of ours, never a traceback (trust.md T13).

By hypothesis, 60 inputs each; `pytest -m fuzz tests/fuzz` looks for 30 seconds each by atheris, where that is installed.
"""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.targets import SEEDS, TARGETS

PIECES = st.sampled_from([piece for seeds in SEEDS.values() for seed in seeds for piece in (seed, seed[: len(seed) // 2], seed[-20:])])
CONTENT = st.lists(
    st.one_of(PIECES, st.binary(max_size=12), st.sampled_from([b'"', b",", b"\n", b"\r", b"\0", b"<", b"\xff\xfe", b"=", b"["]))
)


@pytest.mark.parametrize("name", TARGETS)
@given(content=CONTENT.map(b"".join))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_content_is_read_or_refused(name: str, content: bytes) -> None:
    TARGETS[name](content)


@pytest.mark.parametrize("name", TARGETS)
def test_sound_content_is_read(name: str) -> None:
    assert all(TARGETS[name](seed) for seed in SEEDS[name])


@pytest.mark.fuzz
@pytest.mark.parametrize("name", TARGETS)
def test_atheris_finds_nothing(name: str, tmp_path: Path) -> None:
    pytest.importorskip("atheris")
    for number, seed in enumerate(SEEDS[name]):
        (tmp_path / str(number)).write_bytes(seed)
    command = [sys.executable, "-m", "tests.fuzz", name, str(tmp_path), "-max_total_time=30", f"-artifact_prefix={tmp_path}/"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr[-3000:]
