from dataclasses import replace

import numpy as np

from bankmine.api import analyze
from bankmine.measure.root_causes import RootCauses
from bankmine.settings import Settings
from bankmine.show.blocks import Notice, TableBlock
from tests.textlog import textlog


def found(lines: list[str], people: str = "pseudonym") -> RootCauses:
    settings = Settings.model_validate({"privacy": {"people": people}})
    return analyze(textlog("\n".join(lines)), process="loan", settings=settings).root_causes


def case(name: str, hours: float, *, who: str = "ann", again: bool = False, **values: str) -> str:
    shared = " ".join(f"{key}={value}" for key, value in values.items())
    return f"{name} {shared}: apply 0 | check 1-2 @{who} | {f'check 2-3 @{who} |' if again else ''} Reject loan {hours}"


def at(causes: RootCauses, value: str) -> int:
    return causes.value.index(value)


def test_the_slow_value_stands_first_and_equal_ones_are_shown_to_be_alike() -> None:
    causes = found(
        [
            case(f"{channel}{product}{k}", (30 if channel == "post" else 10) + k % 97, channel=channel, product=product)
            for channel in ("web", "post")
            for product in ("card", "loan")
            for k in range(250)
        ]
    )
    assert set(causes.value[:2]) == {"web", "post"} and causes.slower[:2].all()
    assert causes.same[[at(causes, "card"), at(causes, "loan")]].all()
    assert not causes.slower[[at(causes, "card"), at(causes, "loan")]].any()
    (table,) = (b for b in causes.blocks() if isinstance(b, TableBlock))
    assert [row[1] for row in table.rows] == ["post", "web"]


def test_few_cases_are_neither_different_nor_alike() -> None:
    causes = found([case(f"{channel}{k}", 10 + k, channel=channel) for channel in ("web", "post") for k in range(12)])
    assert not causes.same.any() and not causes.slower.any()
    assert any(isinstance(b, Notice) and b.tone == "good" for b in causes.blocks())


def test_a_difference_that_the_mix_makes_is_no_cause() -> None:
    # Either channel takes as long for each product; online has the slow product.
    lines = [
        case(f"{channel}{product}{k}", hours + k % 10, channel=channel, product=product)
        for channel, product, hours, count in (
            ("online", "mortgage", 100, 90),
            ("branch", "mortgage", 100, 30),
            ("online", "card", 10, 30),
            ("branch", "card", 10, 90),
        )
        for k in range(count)
    ]
    causes = found(lines)
    assert causes.explained[at(causes, "online")] and not causes.slower[at(causes, "online")]
    assert causes.slower[at(causes, "mortgage")]


def test_amounts_are_compared_by_quarters_and_rework_by_its_share() -> None:
    lines = [case(f"c{k}", 10 + k % 7, amount=str(100 * (k + 1)), again=k >= 300) for k in range(400)]
    causes = found(lines)
    assert sorted(v for a, v in zip(causes.attribute, causes.value, strict=True) if a == "amount") == [
        "10,000 < … ≤ 20,000", "20,000 < … ≤ 30,000", "> 30,000", "≤ 10,000"
    ]  # fmt: skip
    assert causes.reworked[at(causes, "> 30,000")] and causes.rework_share[at(causes, "> 30,000")] == 1


def test_people_have_no_names_and_none_where_reports_hide_them() -> None:
    lines = [case(f"{who}{k}", 10 + k, who=who, channel="web" if k % 2 else "post") for who in ("ann", "bob", "cy") for k in range(20)]
    people = [v for a, v in zip(found(lines).attribute, found(lines).value, strict=True) if a == "resource"]
    assert len(people) == 3 and all(name.startswith("R-") for name in people)
    assert "resource" not in found(lines, "hide").attribute
    assert set(people) != {"ann", "bob", "cy"} and "ann" in found(lines, "show").value


def test_each_question_is_one_family_over_all_attributes() -> None:
    lines = [case(f"c{k}", 10 + k % 13, channel=f"ch{k % 4}", product=f"p{k % 3}") for k in range(240)]
    causes = found(lines)
    known = ~np.isnan(causes.cycle_q)
    assert (causes.cycle_q[known] > 0.05).all() and known.sum() == 7
    assert replace(causes, cycle_q=np.zeros(len(causes.value))).slower.sum() <= 7
