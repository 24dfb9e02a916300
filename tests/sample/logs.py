"""Sample logs that several tests look at, and words for what is in them."""

from functools import cache

from bankmine.process.definition import Kind, ProcessDefinition
from bankmine.process.load import load
from bankmine.sample import PROBLEMS, Sample, generate
from bankmine.sample.models import MODELS
from bankmine.sample.waits import CAUSES

PROCESSES = tuple(MODELS)
# One process of each pattern, in turn: all of them are made by benchmarks/evaluate.py.
PLANTED = [(pattern, processes[number % len(processes)]) for number, (pattern, processes) in enumerate(PROBLEMS.items())]
CASES = 500
PARTS = [f"{name}_s" for name in CAUSES]


@cache
def planted(pattern: str | None, process: str, seed: int = 11) -> Sample:
    return generate(process, seed=seed, cases=CASES, problem=pattern, contractual=seed % 2 == 0)


def definition_of(sample: Sample) -> ProcessDefinition:
    return load(sample.truth.process)


def labels(definition: ProcessDefinition, *kinds: Kind) -> list[str]:
    return [step.name.en for step in definition.steps if step.kind in kinds]
