"""Logs from a database: the rows of a query, read in a transaction that cannot write, by whatever driver SQLAlchemy reaches."""

import hashlib
import os
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import polars as pl

from bankmine.errors import InputError, UsageError
from bankmine.log.notes import unquoted
from bankmine.log.table import SourceFile, Table, lines
from bankmine.words import Text

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection

ROWS_AT_ONCE = 50_000
PASSWORD = "BANKMINE_DATABASE_PASSWORD"  # noqa: S105 - the name of a variable
# How a session is kept from writing, where a database has a word for it.
READ_ONLY = {
    "postgresql": "SET TRANSACTION READ ONLY",
    "mysql": "SET TRANSACTION READ ONLY",
    "mariadb": "SET TRANSACTION READ ONLY",
    "oracle": "SET TRANSACTION READ ONLY",
    "sqlite": "PRAGMA query_only = ON",
}


def is_database(source: object) -> bool:
    """Whether a source is a database's URL."""
    return isinstance(source, str) and "://" in source


def database_table(url: str, query: str | None) -> Table:
    """The rows of a query as a table; `line` is the row's number, from 1, plus 1; size and hash are those of the rows written as CSV.

    A password comes from the URL, from the driver's own files and variables (PGPASSWORD, .pgpass), or from BANKMINE_DATABASE_PASSWORD; it
    is in no message. Raises UsageError QUERY_MISSING, DATABASE_DRIVER, DATABASE_URL; InputError DATABASE_FAILED, NO_ROWS.
    """
    if not query or not query.strip():
        raise UsageError(
            "QUERY_MISSING",
            Text(zh="读取数据库需要查询语句。", en="a database is read by a query."),
            Text(zh='例如 --query "select * from events"。', en='for example --query "select * from events".'),
        )
    try:
        import sqlalchemy
    except ImportError as error:
        raise _no_driver("sqlalchemy") from error
    try:
        place = sqlalchemy.make_url(url)
    except (sqlalchemy.exc.ArgumentError, ValueError) as error:
        raise UsageError(
            "DATABASE_URL",
            Text(zh="数据库地址无法理解。", en="the database's URL cannot be understood."),
            Text(zh="例如 postgresql://host/database。", en="for example postgresql://host/database."),
        ) from error
    if place.drivername == "postgresql" and find_spec("psycopg") is not None:
        place = place.set(drivername="postgresql+psycopg")
    if place.password is None and os.environ.get(PASSWORD):
        place = place.set(password=os.environ[PASSWORD])
    name = _shown(place)
    try:
        engine = sqlalchemy.create_engine(place)
    except (ImportError, sqlalchemy.exc.NoSuchModuleError) as error:
        raise _no_driver(place.drivername) from error
    try:
        with engine.connect() as connection:
            frame = _rows(connection, query)
    except sqlalchemy.exc.SQLAlchemyError as error:
        raise _failed(error, place, name, query) from None
    finally:
        engine.dispose()
    if not frame.height:
        raise InputError(
            "NO_ROWS",
            Text(zh="查询没有返回任何行。", en="the query returns no rows."),
            Text(zh="请检查查询条件。", en="check the query's conditions."),
            name,
        )
    written = frame.write_csv().encode("utf-8")
    return Table(SourceFile(name, len(written), hashlib.sha256(written).hexdigest()), frame, lines(2, frame.height))


def _rows(connection: "Connection", query: str) -> pl.DataFrame:
    """All rows, fetched in portions; nothing is ever committed."""
    import sqlalchemy

    with connection.begin() as transaction:
        guard = READ_ONLY.get(connection.dialect.name)
        if guard is not None:
            connection.execute(sqlalchemy.text(guard))
        result = connection.execution_options(stream_results=True).execute(sqlalchemy.text(query.replace(":", r"\:")))
        names = list(result.keys())
        parts = [_frame(names, rows) for rows in result.partitions(ROWS_AT_ONCE)]
        transaction.rollback()
    if not parts:
        return pl.DataFrame(schema=dict.fromkeys(names, pl.String))
    try:
        return pl.concat(parts, how="vertical_relaxed")
    except pl.exceptions.PolarsError:  # a column that is a number here and bytes there, as SQLite allows
        return pl.concat([part.cast(pl.String, strict=False) for part in parts])


def _frame(names: list[str], rows: Any) -> pl.DataFrame:
    columns = {}
    for place, name in enumerate(names):
        values = [row[place] for row in rows]
        try:
            column = pl.Series(name, values, strict=True)
        except (TypeError, pl.exceptions.PolarsError):
            column = pl.Series(name, [None if value is None else str(value) for value in values], dtype=pl.String)
        if column.dtype == pl.Object:
            column = pl.Series(name, [None if value is None else str(value) for value in values], dtype=pl.String)
        columns[name] = column.cast(pl.Float64) if column.dtype == pl.Decimal else column
    return pl.DataFrame(columns)


def _shown(place: "URL") -> str:
    """The database as messages and reports name it: no user, no password."""
    host = f"{place.host or ''}{'' if place.port is None else f':{place.port}'}"
    return f"{place.get_backend_name()}://{host}/{place.database or ''}"


def _no_driver(name: str) -> UsageError:
    return UsageError(
        "DATABASE_DRIVER",
        Text(zh=f"没有安装 {name} 所需的驱动。", en=f"the driver that {name} needs is not installed."),
        Text(
            zh='请执行 pip install "bankmine[sql]"，并安装该数据库自己的驱动。',
            en='run pip install "bankmine[sql]", and install the database\'s own driver.',
        ),
    )


def _failed(error: Exception, place: "URL", name: str, query: str) -> InputError:
    """What the driver says, in its first line; a cell that it quotes, which the query does not hold, by its form."""
    said = unquoted(getattr(error, "orig", None) or error, query + place.render_as_string(hide_password=True))
    if place.password:
        said = said.replace(str(place.password), "…")
    return InputError(
        "DATABASE_FAILED",
        Text(zh=f"数据库未能回答：{said}。", en=f"the database did not answer: {said}."),
        Text(zh="请检查地址、权限与查询语句。", en="check the address, your rights and the query."),
        name,
    )
