"""The answers in a survey file: case, score, comment and date, each with its line."""

from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import numpy as np

from bankmine.errors import UsageError
from bankmine.log.columnnames import RANKS, folded
from bankmine.log.columns import unlisted
from bankmine.log.eventlog import UNKNOWN_TIME
from bankmine.log.notes import form_of
from bankmine.words import Text

USUAL = {
    "score": "score rating rate satisfaction satisfactionscore csat nps grade stars 评分 得分 分数 打分 满意度 满意度评分 客户满意度 星级",
    "comment": "comment comments remark remarks feedback text opinion 评论 意见 反馈 客户意见 意见建议 评价内容 留言 备注 建议",
    "date": "date answered answeredat surveydate responsedate time timestamp 日期 评价日期 评价时间 填写时间 调查日期 回复时间",
}
NAMES = {"case": frozenset[str]().union(*RANKS["case"]), **{role: frozenset(names.split()) for role, names in USUAL.items()}}
OPTIONAL = ("comment", "date")


@dataclass(frozen=True, eq=False)
class Answers:
    """The rows of a survey file: `case` names, `score` float64 (NaN: not given), `time` int64 UTC microseconds (UNKNOWN_TIME),
    `line` int64 [answers]. Comments stay in the file: of them only `commented` bool is kept.
    """

    file: str
    case: tuple[str, ...]
    score: np.ndarray
    time: np.ndarray
    commented: np.ndarray
    line: np.ndarray

    @classmethod
    def read(
        cls,
        path: str | Path,
        *,
        case: str | None = None,
        score: str | None = None,
        comment: str | None = None,
        date: str | None = None,
        timezone: str = "Asia/Shanghai",
        encoding: str | None = None,
    ) -> "Answers":
        """The answers in a file that `read_log` could read; columns as given, else recognised by their names.

        Raises InputError for a file or dates that cannot be read, UsageError SURVEY_COLUMN (missing, or several equally good) and
        SURVEY_SCORE (a score that is no number), with file and line.
        """
        import polars as pl

        from bankmine.log import timestamps
        from bankmine.log.labels import NULL_WORDS
        from bankmine.log.numbers import PLAIN
        from bankmine.log.tables import read_table

        table = read_table(Path(path), encoding=encoding)
        frame, file = table.frame, table.file.name
        given = {"case": case, "score": score, "comment": comment, "date": date}
        usual = sum(folded(name) in frozenset[str]().union(*NAMES.values()) for name in frame.columns)
        known = table.names_known or usual > 1 or not set(frame.columns).isdisjoint(given.values())
        column = {role: _column(role, name, frame.columns, file, names_known=known) for role, name in given.items()}
        text = {role: frame[name].cast(pl.String).str.strip_chars() for role, name in column.items() if name is not None}
        missing = {role: (cells.is_null() | cells.str.to_lowercase().is_in(list(NULL_WORDS))).to_numpy() for role, cells in text.items()}
        unread = ~missing["score"] & ~text["score"].str.contains(PLAIN).fill_null(value=False).to_numpy()
        if unread.any():
            row = int(np.flatnonzero(unread)[0])
            score = form_of(text["score"][row])
            raise UsageError(
                "SURVEY_SCORE",
                Text(zh=f"评分“{score}”不是数字", en=f"the score {score!r} is no number"),
                Text(zh="请改为数字，或留空表示未评分", en="write a number, or leave it empty where no score was given"),
                file,
                int(table.line[row]),
                column["score"],
            )
        values = text["score"].cast(pl.Float64, strict=False).to_numpy().astype(np.float64)
        time = np.full(len(frame), UNKNOWN_TIME, dtype=np.int64)
        if column["date"] is not None:
            time = timestamps.parse(frame[column["date"]], zone=timezone, file=file, column=column["date"], line=table.line).time
        return cls(
            file,
            tuple(
                "" if gone else " ".join(name.split()) for name, gone in zip(text["case"].to_list(), missing["case"].tolist(), strict=True)
            ),
            np.where(missing["score"], np.nan, values),
            time,
            ~missing["comment"] if "comment" in missing else np.zeros(len(frame), dtype=bool),
            np.asarray(table.line, dtype=np.int64),
        )


def _column(role: str, given: str | None, names: list[str], file: str, *, names_known: bool) -> str | None:
    """The column of a role: as given, else the only one of a usual name; None for an optional one that is not there."""
    if given is not None:
        if given in names:
            return given
        what = Text(zh=f"没有名为“{given}”的列", en=f"there is no column named {given!r}")
        raise _no_column(what, names, file, given, names_known=names_known)
    found = [name for name in names if folded(name) in NAMES[role]]
    if len(found) == 1:
        return found[0]
    if role in OPTIONAL:
        return None
    if found:
        what = Text(zh=f"“{role}”有多列可选：{'、'.join(found)}", en=f"several columns could be the {role}: {', '.join(found)}")
    else:
        what = Text(zh=f"认不出哪一列是“{role}”", en=f"no column is recognised as the {role}")
    raise _no_column(what, names, file, role, names_known=names_known)


def _no_column(what: Text, names: list[str], file: str, wanted: str, *, names_known: bool) -> UsageError:
    close = get_close_matches(wanted, names, n=3, cutoff=0.5) or names[:20]
    hint = Text(zh=f"请指定列名；文件中有：{'、'.join(close)}", en=f"name the column; the file has {', '.join(close)}")
    return UsageError("SURVEY_COLUMN", what, hint if names_known else unlisted(len(names)), file, 1)
