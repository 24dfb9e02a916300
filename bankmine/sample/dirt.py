"""Dirty rows: what real exports have and what changes nothing of the truth."""

from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

if TYPE_CHECKING:
    import polars as pl

KINDS = ("copied", "nobody", "spaces", "full width", "no start", "no end", "out of place")
WEIGHTS = (0.20, 0.20, 0.20, 0.15, 0.05, 0.05, 0.15)  # a row without a time is rarer than an untidy one
FULL_WIDTH = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)} | {" ": "\u3000"})
CASE, ACTIVITY, START, END, RESOURCE = range(5)


def soiled(table: "pl.DataFrame", share: float, seed: int) -> "pl.DataFrame":
    """The table with that share of its rows dirty, each in one way of KINDS: twice there, without its person, its label with spaces
    or in full-width signs, one of its two times missing, or far from its place.
    """
    import polars as pl

    if not share:
        return table
    rng = np.random.default_rng([seed, crc32(b"dirt")])
    rows = table.height
    kind = np.where(rng.random(rows) < share, rng.choice(len(KINDS), size=rows, p=WEIGHTS), -1)
    names = table.columns

    def dirty(name: str) -> "pl.Series":
        return pl.Series(kind == KINDS.index(name))

    label = pl.col(names[ACTIVITY])
    changed = table.with_columns(
        pl.when(dirty("spaces"))
        .then("  " + label + " ")
        .when(dirty("full width"))
        .then(label.map_elements(lambda text: text.translate(FULL_WIDTH), return_dtype=pl.String))
        .otherwise(label)
        .alias(names[ACTIVITY]),
        pl.when(dirty("nobody")).then(None).otherwise(pl.col(names[RESOURCE])).alias(names[RESOURCE]),
        pl.when(dirty("no start")).then(None).otherwise(pl.col(names[START])).alias(names[START]),
        pl.when(dirty("no end")).then(None).otherwise(pl.col(names[END])).alias(names[END]),
    )
    place = np.where(kind == KINDS.index("out of place"), rng.integers(rows, size=rows), np.arange(rows))
    order = np.argsort(place, kind="stable")
    return changed[np.repeat(order, 1 + (kind[order] == KINDS.index("copied")))]
