"""The plan's sections: every one that a pattern cites is known by its title, and none is both cited and called untestable."""

from bankmine.patterns import pattern_classes
from bankmine.process.plan import SECTIONS, UNTESTABLE, section


def test_every_section_that_a_pattern_cites_has_a_title() -> None:
    assert {number for pattern in pattern_classes().values() for number in pattern.plan} <= set(SECTIONS)


def test_a_section_is_shown_with_its_title_in_both_languages() -> None:
    assert section("7.1(4)").zh == "§7.1(4) 强化服务监督"
    assert section("7.1(4)").en == "§7.1(4) Supervision of service"


def test_what_no_log_can_test_is_never_advised_from_one() -> None:
    untestable = {number for item in UNTESTABLE for number in item.sections}
    # Tailored products and services beyond them (§7.2(3)(4)) may follow from cancellations and segments; whether they are wanted may not.
    advised = {number for pattern in pattern_classes().values() for number in pattern.plan}
    assert untestable & advised <= {"7.2(3)", "7.2(4)"}
