import numpy as np
import pytest

from bankmine.errors import UsageError
from bankmine.log.eventlog import EventLog
from bankmine.measure.attributes import attributes
from bankmine.measure.enablement import Enablement
from bankmine.measure.endings import Endings
from bankmine.measure.rework import Items
from bankmine.measure.segments import Segments
from bankmine.process.recognise import understand
from bankmine.show.blocks import Mark, Notice, Paragraph, TableBlock
from tests.textlog import textlog

HOUR = 3600.0


def segments(log: EventLog, by: str, **limits: int) -> Segments:
    understanding = understand(log.activities, process="loan")
    endings = Endings.of(log, understanding)
    enablement, items = Enablement.of(log), Items.of(log, understanding)
    return Segments.of(log, understanding, enablement, log.case_end - log.case_start, endings.closed, items, by, **limits)


def case(name: str, hours: float, *, again: bool = False, **values: str) -> str:
    attributes = " ".join(f"{key}={value}" for key, value in values.items())
    return f"{name} {attributes}: apply 0 | check 1-2 | {'check 2-3 |' if again else ''} Reject loan {hours}"


def test_figures_of_each_value_by_hand() -> None:
    log = textlog(
        "\n".join(
            [
                case("a", 10, channel="web"),
                case("b", 20, channel="web", again=True),
                case("c", 30, channel="branch"),
                case("d", 9),
                "e channel=web: apply 0 | check 1-2",
            ]
        )
    )
    found = segments(log, "channel", minimum_cases=1)
    table = found.table.set_index("value")
    columns = ["cases", "open_cases", "cycle_median_s", "wait_median_s", "rework_share"]
    assert list(table.index) == ["web", "branch"] and found.without == 1
    # b: waits 1 for the check, none for the second, 17 for the end; the open case e has no time of its own.
    assert table.loc["web", columns].tolist() == [3, 1, 15 * HOUR, 13.5 * HOUR, 1 / 3]
    assert table.loc["branch", columns].tolist() == [1, 0, 30 * HOUR, 29 * HOUR, 0]
    too_few = segments(log, "channel")
    few = too_few.table
    said = [[block.text.en for block in each.blocks() if isinstance(block, Paragraph)] for each in (found, too_few)]
    assert not any("not shown" in text for text in said[0]) and any("not shown" in text for text in said[1])
    assert few["cases"].tolist() == [3, 1], "how many there are is told, not how they fared"
    assert few[["cycle_median_s", "wait_median_s", "rework_share", "cycle_q"]].isna().all(axis=None)


def test_a_slower_value_is_marked_and_an_equal_one_is_not() -> None:
    log = textlog(
        "\n".join(
            case(f"{channel}{k}", start + k, channel=channel, again=channel == "post" and k < 15)
            for channel, start in (("web", 10), ("branch", 10), ("post", 40))
            for k in range(30)
        )
    )
    found = segments(log, "channel")
    (table, *_) = (block for block in found.blocks() if isinstance(block, TableBlock))
    said = {row[0]: tuple(cell.text.en if isinstance(cell, Mark) else cell for cell in (row[3], row[5], row[7])) for row in table.rows}
    assert said["post"] == ("much longer", "much longer", "more")
    assert said["web"] == said["branch"] == ("much shorter", "much shorter", "less")  # each against all others, post among them
    assert found.table.set_index("value").loc["post", "cycle_delta"] == pytest.approx(1)


def test_a_difference_that_the_mix_turns_round_is_warned_of() -> None:
    # The online channel is faster for either product, and slower over all, since most mortgages come that way.
    rows = [
        case(f"{channel}{product}{k}", start + 0.1 * k, channel=channel, product=product)
        for channel, product, start, cases in (
            ("online", "mortgage", 100, 60),
            ("branch", "mortgage", 104, 20),
            ("online", "card", 10, 20),
            ("branch", "card", 12, 60),
        )
        for k in range(cases)
    ]
    found = segments(textlog("\n".join(rows)), "channel")
    by = dict(zip(found.values, found.turned, strict=True))
    assert by == {"online": True, "branch": True} and found.alike == ("product",)
    warnings = [block.text.en for block in found.blocks() if isinstance(block, Notice)]
    assert any("“online”: over all slower" in text and "faster among cases of the same product" in text for text in warnings)
    assert not segments(textlog("\n".join(rows)), "product").turned.any()


def test_without_other_attributes_there_is_nothing_to_standardise_by() -> None:
    log = textlog("\n".join(case(f"c{k}", 5 + k, channel="web" if k % 2 else "post") for k in range(40)))
    found = segments(log, "channel")
    assert found.alike == () and np.isnan(found.standardised_delta).all() and not found.turned.any()


def test_the_attribute_of_a_case_is_its_first_known_value_and_roles_are_no_segments() -> None:
    log = textlog(
        "c1: apply 0 role=clerk | check 1 channel=web role=chief | end 2 channel=post ; c2: apply 0 channel=post role=clerk | check 1"
    )
    assert attributes(log) == ("channel",)
    assert segments(log, "channel").values == ("post", "web")


def test_an_unknown_attribute_names_those_there_are() -> None:
    log = textlog("\n".join([case("a", 10, channel="web"), case("b", 10, channel="post")]))
    with pytest.raises(UsageError) as caught:
        segments(log, "chanel")
    assert "channel" in caught.value.hint.en
