"""What a log is read from: paths, several paths, glob patterns."""

import glob
from collections.abc import Iterable
from pathlib import Path

from bankmine.errors import InputError, UsageError
from bankmine.words import Text


def paths_of(source: object) -> list[Path]:
    """The files of a path, of several paths, or of a glob pattern (in order of name); never none.

    Raises InputError FILE_MISSING, UsageError SOURCE_UNKNOWN.
    """
    if isinstance(source, str | Path):
        path = Path(source)
        if not path.exists() and glob.has_magic(str(source)):
            # Path.glob takes no absolute patterns.
            found = sorted(Path(name) for name in glob.glob(str(source), recursive=True))  # noqa: PTH207
            files = [path for path in found if path.is_file()]
            if not files:
                raise missing(str(source), Text(zh="没有文件与该模式匹配。", en="no file matches this pattern."))
            return files
        if path.is_dir():
            raise missing(str(source), Text(zh="这是一个文件夹，不是文件。", en="this is a folder, not a file."))
        if not path.exists():
            raise missing(str(source), Text(zh="文件不存在。", en="there is no such file."))
        return [path]
    if isinstance(source, Iterable):
        paths = [path for one in source for path in paths_of(one)]
        if paths:
            return paths
    raise UsageError(
        "SOURCE_UNKNOWN",
        Text(zh=f"无法读取 {type(source).__name__} 类型的对象。", en=f"an object of type {type(source).__name__} cannot be read as a log."),
        Text(zh="请传入路径、数据框或 pm4py 日志。", en="pass a path or several, a frame, or a pm4py log."),
    )


def missing(name: str, what: Text) -> InputError:
    return InputError(
        "FILE_MISSING",
        what,
        Text(
            zh="请检查路径；多个文件可用通配符，例如 'exports/loan-*.csv'。",
            en="check the path; several files may be given by a pattern such as 'exports/loan-*.csv'.",
        ),
        name,
    )
