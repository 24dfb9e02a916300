import pytest

from bankmine.advice.risk import risk_class


@pytest.mark.parametrize(
    ("likelihood", "severity", "expected"),
    [
        (1, 1, "low"),
        (2, 1, "low"),
        (1, 2, "low"),
        (3, 1, "medium"),
        (2, 2, "medium"),
        (1, 3, "medium"),
        (3, 2, "high"),
        (2, 3, "high"),
        (3, 3, "high"),
    ],
)
def test_the_matrix_of_the_plan(likelihood: int, severity: int, expected: str) -> None:
    assert risk_class(likelihood, severity) == expected
