"""The risk matrix of plan §8.1.2 as a picture: likelihood upwards, severity to the right, the entries by their numbers."""

from collections import defaultdict
from collections.abc import Sequence
from xml.etree import ElementTree

from bankmine.show.blocks import Figure
from bankmine.show.graph_svg import INK, SOFT, picture, words_at
from bankmine.words import Lang, Text

CELL_WIDTH, CELL_HEIGHT, LEFT, TOP, BOTTOM = 132.0, 66.0, 96.0, 12.0, 54.0
# Light to dark orange also in grey and to the colour-blind; the class stands in each cell in words.
FILL = {"low": "#f4f1ea", "medium": "#f6d9b0", "high": "#eba266"}
NAMES = {"low": Text(zh="低", en="low"), "medium": Text(zh="中", en="medium"), "high": Text(zh="高", en="high")}
LIKELIHOOD = (
    Text(zh="少见（不到 5%）", en="rare (under 5 %)"),
    Text(zh="有时（5% 起）", en="at times (5 %)"),
    Text(zh="经常（30% 起）", en="often (30 %)"),
)
SEVERITY = (
    Text(zh="延误", en="delay"),
    Text(zh="客户受损", en="customer detriment"),
    Text(zh="损失或违规", en="loss, breach of rules"),
)
IN_A_LINE = 9


def risk_matrix(entries: Sequence[tuple[int, int]], lang: Lang) -> Figure:
    """`entries`: likelihood and severity (1-3) of each, in the order of their numbers in the table beside the picture."""
    inside: dict[tuple[int, int], list[int]] = defaultdict(list)
    for number, place in enumerate(entries, 1):
        inside[place].append(number)
    width, height = LEFT + 3 * CELL_WIDTH + 2, TOP + 3 * CELL_HEIGHT + BOTTOM
    alt = Text(zh="风险矩阵：{n} 项风险，其中 {high} 项为高。", en="Risk matrix: {n} risks, {high} of them high.").format(
        n=len(entries), high=sum(a * b >= 6 for a, b in entries)
    )
    root = picture(width, height, alt, lang, wide=False)
    for likelihood in (1, 2, 3):
        y = TOP + (3 - likelihood) * CELL_HEIGHT
        words_at(root, LEFT - 8, y + CELL_HEIGHT / 2 + 4, LIKELIHOOD[likelihood - 1].of(lang), 11, SOFT, "end")
        for severity in (1, 2, 3):
            x, product = LEFT + (severity - 1) * CELL_WIDTH, likelihood * severity
            level = "high" if product >= 6 else "medium" if product >= 3 else "low"
            box = {"x": f"{x:g}", "y": f"{y:g}", "width": f"{CELL_WIDTH:g}", "height": f"{CELL_HEIGHT:g}", "fill": FILL[level]}
            ElementTree.SubElement(root, "rect", box | {"stroke": "#ffffff", "stroke-width": "2"})
            words_at(root, x + 8, y + 16, NAMES[level].of(lang), 11, INK, "start")
            numbers = [str(number) for number in inside[likelihood, severity]]
            if len(numbers) > 2 * IN_A_LINE:
                numbers[2 * IN_A_LINE - 1 :] = ["…"]
            for row in range(0, len(numbers), IN_A_LINE):
                text = " ".join(numbers[row : row + IN_A_LINE])
                words_at(root, x + CELL_WIDTH / 2, y + 36 + 18 * (row // IN_A_LINE), text, 14, INK, "middle", bold=True)
    for severity in (1, 2, 3):
        x = LEFT + (severity - 0.5) * CELL_WIDTH
        words_at(root, x, TOP + 3 * CELL_HEIGHT + 18, SEVERITY[severity - 1].of(lang), 11, SOFT, "middle")
    axis = Text(
        zh="纵：可能性（涉及案件的占比）；横：严重性；数字为下表的序号",
        en="Up: likelihood (share of cases); right: severity; numbers as in the table",
    )
    words_at(root, LEFT, TOP + 3 * CELL_HEIGHT + 42, axis.of(lang), 11, INK, "start")
    return Figure(ElementTree.tostring(root, encoding="unicode"), alt, Text(zh="风险矩阵（方案 8.1.2）", en="Risk matrix (plan §8.1.2)"))
