"""Why an item waited, in the words of the one who did it in the end (definitions §1.12)."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bankmine.sample.office import Hours

CAUSES = ("batching", "contention", "prioritisation", "closed", "absent", "customer", "system", "unexplained")
BATCHING, CONTENTION, PRIORITISATION, CLOSED, ABSENT, CUSTOMER, SYSTEM, UNEXPLAINED = range(len(CAUSES))
Parts = tuple[int, ...]  # seconds by cause
NOTHING: Parts = (0,) * len(CAUSES)


def split(
    enabled: int, asked: int, ready: int, begin: int, start: int, opening: "Hours", own: "Hours", past: list[tuple[int, int, int]]
) -> Parts:
    """Whole seconds from `enabled` to `start` by cause; they sum to it.

    First the customer, until `asked`. Then the batch: until its last member was `ready`, and from its `begin` to this item's turn
    in it, as far as the person was on duty. For the rest the role was closed, or it was open and the person off duty (`own` hours
    within `opening`), or the person was at work (`past`, sorted, one thing at a time or several at once alike): on something enabled
    no later than this was ready, or on something enabled later; what is left is unexplained.
    """
    asked = min(max(asked, enabled), start)
    ready = min(max(ready, asked), start)
    begin = min(max(begin, ready), start)
    on_duty, in_batch = own.worked(begin) - own.worked(ready), own.worked(start) - own.worked(begin)
    open_ = opening.worked(start) - opening.worked(ready)
    earlier = later = 0
    position = len(past)
    while position and past[position - 1][1] > ready:
        position -= 1
        since, end, its = past[position]
        while position and past[position - 1][:2] == (since, end):  # done at once: the one enabled first would have kept the person
            position -= 1
            its = min(its, past[position][2])
        busy = max(min(end, begin) - max(since, ready), 0)
        if its <= ready:
            earlier += busy
        else:
            later += busy
    return (
        (ready - asked) + in_batch,
        earlier,
        later,
        (start - ready) - open_,
        open_ - on_duty - in_batch,
        asked - enabled,
        0,
        on_duty - earlier - later,
    )
