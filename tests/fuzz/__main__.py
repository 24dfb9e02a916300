"""One target under atheris (pip install atheris): python -m tests.fuzz NAME [FOLDER OF SEEDS] [libFuzzer's options]."""

import sys

import atheris

with atheris.instrument_imports(include=["bankmine"]):
    from tests.fuzz.targets import TARGETS

target = TARGETS[sys.argv.pop(1)]
atheris.Setup(sys.argv, target)
atheris.Fuzz()
