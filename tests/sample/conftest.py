import pytest

from bankmine.sample import Sample, generate
from tests.sample.logs import PROCESSES


@pytest.fixture(scope="session", params=PROCESSES)
def healthy(request: pytest.FixtureRequest) -> Sample:
    return generate(request.param, seed=7, cases=1000, healthy_faults=True)
