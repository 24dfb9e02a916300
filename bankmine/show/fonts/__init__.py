"""The font that pictures are made with, and its signs for a page: a subset of Noto Sans SC (GB 2312, Latin), OFL-1.1, see LICENSE.

The reader's own fonts come first; this one is there for machines that have no Chinese font.
"""

from base64 import b64encode
from functools import cache
from io import BytesIO
from pathlib import Path

FOLDER = Path(__file__).parent
FONT = FOLDER / "NotoSansSC-subset.otf"
FAMILY = "Noto Sans CJK SC"  # the name it has for Graphviz
OWN = "bankmine signs"  # the name it has in a page and for matplotlib, so that it is not taken for one of the machine's


@cache
def embedded(signs: str) -> str:
    """A style rule with the font of these signs; the same signs, in whatever order and number, give the same bytes."""
    from fontTools import subset
    from fontTools.ttLib import TTFont

    out = BytesIO()
    chosen = subset.Subsetter(subset.Options(hinting=False, layout_features=[], name_IDs=[1, 2], notdef_outline=True))
    chosen.populate(unicodes=sorted({ord(sign) for sign in signs}))
    with TTFont(FONT, recalcTimestamp=False, recalcBBoxes=False, lazy=True) as font:
        chosen.subset(font)
        font.flavor = "woff"
        font.save(out)
    return f'@font-face {{ font-family: "{OWN}"; src: url(data:font/woff;base64,{b64encode(out.getvalue()).decode()}); }}\n'


@cache
def for_matplotlib() -> str:
    """The family, known to matplotlib from now on. A font of the machine's with the same name would measure words in other ways."""
    from matplotlib.font_manager import FontEntry, fontManager

    fontManager.ttflist.append(FontEntry(fname=str(FONT), name=OWN, weight=400, size="scalable"))
    return OWN
