"""The command keeps large blocks of memory that were freed for those that are wanted next."""

import platform
import subprocess
import sys

import pytest

FAULTS = """
import resource, sys
from bankmine.scale.memory import keep_freed
sys.argv[1] == "kept" and keep_freed()
def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    bytes([1]) * 100_000_000
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
faults()
print(faults())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc can be told")
def test_a_block_that_was_freed_is_not_taken_from_the_system_again() -> None:
    kept, given_back = (
        int(subprocess.run([sys.executable, "-c", FAULTS, how], capture_output=True, text=True, check=True).stdout)
        for how in ("kept", "as usual")
    )
    assert kept < 100 < 10_000 < given_back
