"""Limits that somebody set on figures of an analysis, and which of them are breached."""

from collections.abc import Mapping
from dataclasses import dataclass

from bankmine.errors import UsageError
from bankmine.show.blocks import Notice
from bankmine.words import Text

NAMED_BY = ("kpi", "id", "name", "activity", "role")  # what tells the rows of a list apart


@dataclass(frozen=True, slots=True)
class Breach:
    """A figure of the JSON document by its dotted name, its value and its limit; `least`: it must not fall below."""

    name: str
    value: float
    limit: float
    least: bool

    @property
    def text(self) -> Text:
        said = (
            Text(zh="越限：{name} = {value}，低于下限 {limit}。", en="Limit breached: {name} = {value}, below {limit}.")
            if self.least
            else Text(zh="越限：{name} = {value}，超过上限 {limit}。", en="Limit breached: {name} = {value}, above {limit}.")
        )
        return said.format(name=self.name, value=plain(self.value), limit=plain(self.limit))

    def block(self) -> Notice:
        return Notice(self.text, "error")


def plain(value: float) -> str:
    """A number without an exponent."""
    return f"{value:,.10g}"


def breaches(document: Mapping[str, object], limits: Mapping[str, float | str]) -> list[Breach]:
    """The limits that the document breaks, in their order. A name is the path to a number, such as `cycle_time.p90_s` or `kpis.touch_time`
    (rows of a list by their name); a name that ends with `>` has a least value, others a largest. What is null breaks nothing.

    Raises UsageError THRESHOLD_UNKNOWN, THRESHOLD_VALUE.
    """
    found = []
    for name, given in limits.items():
        least = name.endswith(">")
        path = name.rstrip(">").strip()
        try:
            limit = float(given)
        except ValueError:
            raise UsageError(
                "THRESHOLD_VALUE",
                Text(zh=f"阈值 {name}={given} 不是数字。", en=f"the threshold {name}={given} is not a number."),
                Text(zh="例如 cycle_time.p90_s=864000。", en="for example cycle_time.p90_s=864000."),
            ) from None
        value = figure(document, path)
        if value is not None and (value < limit if least else value > limit):
            found.append(Breach(path, value, limit, least))
    return found


def figure(document: Mapping[str, object], path: str) -> float | None:
    """The number at a dotted path, None where it is null. Raises UsageError THRESHOLD_UNKNOWN with the names at the place that failed."""
    here: object = document
    for name in path.split("."):
        names: dict[str, object] = {}
        if isinstance(here, Mapping):
            names = {str(key): value for key, value in here.items()}
        elif isinstance(here, list):
            names = {str(next((row[key] for key in NAMED_BY if key in row), "-")): row for row in here if isinstance(row, Mapping)}
        if name not in names:
            raise _unknown(path, name, names)
        here = names[name]
    if isinstance(here, Mapping) and "value" in here:
        here = here["value"]
    if here is None or (isinstance(here, int | float) and not isinstance(here, bool)):
        return here
    raise _unknown(path, path.rsplit(".", 1)[-1], here if isinstance(here, Mapping) else {})


def _unknown(path: str, name: str, names: Mapping[str, object]) -> UsageError:
    known = ", ".join(list(names)[:20]) or "-"
    return UsageError(
        "THRESHOLD_UNKNOWN",
        Text(zh=f"阈值 {path} 中没有“{name}”。", en=f"there is no figure {name!r} in {path}."),
        Text(zh=f"可用：{known}。", en=f"known: {known}."),
    )
