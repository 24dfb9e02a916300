"""A rule: what must, must not or must in time happen in a case.

A step is named by the id, name or alias of a step of the process definition, or by the log's own label; several names mean any of
them. Whether a rule is kept is judged in bankmine.model.judge.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, ConfigDict, Field

from bankmine.words import Text

STRICT = ConfigDict(extra="forbid")
Name = Annotated[str, Field(min_length=1)]
Steps = Annotated[tuple[Name, ...], Field(min_length=1), BeforeValidator(lambda given: (given,) if isinstance(given, str) else given)]
Number = Annotated[float, Field(allow_inf_nan=False)]


class Severity(StrEnum):
    """What a breach brings about: loss or a breach of law, harm to the customer, or delay."""

    COMPLIANCE = "compliance"
    CUSTOMER = "customer"
    DELAY = "delay"


@dataclass(frozen=True, slots=True)
class Order:
    """`then` only after `first`. `required` False: where `first` is left out, nothing is said.

    `recorded_share`: where fewer of the cases with `then` show `first` at all, the log is taken not to record it.
    """

    first: Steps
    then: Steps
    required: bool = True
    recorded_share: Annotated[float, Field(ge=0, le=1)] = 0.0
    __pydantic_config__: ClassVar[ConfigDict] = STRICT


@dataclass(frozen=True, slots=True)
class Presence:
    """`step` happens in every case, or in every one that has a step `among` these."""

    step: Steps
    among: Steps | None = None
    __pydantic_config__: ClassVar[ConfigDict] = STRICT


@dataclass(frozen=True, slots=True)
class Absence:
    """`step` never happens, or not once a step `after` has happened, unless one of `unless` has happened since then."""

    step: Steps
    after: Steps | None = None
    unless: Steps | None = None
    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    def __post_init__(self) -> None:
        if self.unless is not None and self.after is None:
            raise ValueError("unless needs after")


@dataclass(frozen=True, slots=True)
class Cardinality:
    """`step` happens at least `min` and at most `max` times in the cases that have it.

    `before`: instead in the cases that reach this step, and counted until they do. `different`: values of this attribute
    are counted instead of times ("resource": by two people).
    """

    step: Steps
    min: Annotated[int, Field(ge=1)] | None = None
    max: Annotated[int, Field(ge=1)] | None = None
    before: Steps | None = None
    different: Name | None = None
    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    def __post_init__(self) -> None:
        if self.min is None and self.max is None:
            raise ValueError("min or max is needed")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("min is above max")


@dataclass(frozen=True, slots=True)
class Exclusiveness:
    """`step` and `other` do not both happen in one case."""

    step: Steps
    other: Steps
    __pydantic_config__: ClassVar[ConfigDict] = STRICT


@dataclass(frozen=True, slots=True)
class Segregation:
    """`step` and `other` have different values of an attribute: different people (four eyes), branches, roles.

    `compare`: with "any" of the case's `other`, with the "last" one before each `step`, or with the "last_recorded", the last whose
    value is known.
    """

    step: Steps
    other: Steps
    attribute: Name = "resource"
    compare: Literal["any", "last", "last_recorded"] = "any"
    __pydantic_config__: ClassVar[ConfigDict] = STRICT


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """The first `until` comes within a time of the first `since`, from end to end.

    `hours`, `business_hours`: that much time, of which business hours count only the organisation's working time. `days`,
    `bank_days`: until the end of the n-th day (on which the organisation works at all) after the day of `since`; 0 is the same day.
    """

    since: Steps
    until: Steps
    hours: Annotated[Number, Field(gt=0)] | None = None
    business_hours: Annotated[Number, Field(gt=0)] | None = None
    days: Annotated[int, Field(ge=0)] | None = None
    bank_days: Annotated[int, Field(ge=0)] | None = None
    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    def __post_init__(self) -> None:
        if sum(limit is not None for limit in (self.hours, self.business_hours, self.days, self.bank_days)) != 1:
            raise ValueError("exactly one of hours, business_hours, days, bank_days is needed")

    @property
    def business(self) -> bool:
        """Whether the limit is counted under a calendar."""
        return self.business_hours is not None or self.bank_days is not None


Requirement = Order | Presence | Absence | Cardinality | Exclusiveness | Segregation | TimeLimit


@dataclass(frozen=True, slots=True)
class Condition:
    """The cases that a rule is about: some instance has a number within bounds, or one of `values`, in this attribute."""

    attribute: Name
    above: Number | None = None
    at_least: Number | None = None
    below: Number | None = None
    at_most: Number | None = None
    values: Steps | None = None
    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    def __post_init__(self) -> None:
        if self.numeric == (self.values is not None):
            raise ValueError("either values or bounds (above, at_least, below, at_most) are needed")

    @property
    def numeric(self) -> bool:
        return any(bound is not None for bound in (self.above, self.at_least, self.below, self.at_most))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a rule is written: `file`, its first `line`, and the line of each of its `keys` as far as known."""

    file: str
    line: int | None
    keys: Mapping[str, int | None] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Rule:
    """One control: what is required (`requirement`), of which cases (`when`), and what a breach brings about.

    `process`: the definition it belongs to, None = any; `plan`: the section that asks for it; `place`: None = derived from a definition.
    """

    id: str
    text: Text
    requirement: Requirement
    severity: Severity = Severity.COMPLIANCE
    when: Condition | None = None
    plan: str | None = None
    process: str | None = None
    place: Place | None = None

    @property
    def kind(self) -> str:
        """The kind's name; a requirement on a number of the case is an amount limit, one on people four eyes."""
        if self.when is not None and self.when.numeric:
            return "amount_limit"
        if isinstance(self.requirement, Segregation):
            return "four_eyes" if self.requirement.attribute == "resource" else "segregation"
        return next(name for name, of in KINDS.items() if type(self.requirement) is of)


KINDS: Mapping[str, type[Requirement]] = MappingProxyType(
    {
        "order": Order,
        "presence": Presence,
        "absence": Absence,
        "cardinality": Cardinality,
        "exclusiveness": Exclusiveness,
        "four_eyes": Segregation,
        "segregation": Segregation,
        "time_limit": TimeLimit,
    }
)
