"""Statements made ready: put together and compiled once, then run at the cost of the database alone.

SQLAlchemy's own `execute` takes 40 to 80 µs a call, SQLite itself 3 to 15 µs. What runs several times for every post goes this way;
everything else is plain Core. A ready statement takes whole values only: no expressions, no lists.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any, Protocol

from sqlalchemy import Connection
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler

Row = tuple[Any, ...]


class RowLike(Protocol):
    """One row, its values by name."""

    def __getitem__(self, column: str, /) -> Any: ...


class Ready:
    """One statement; its parameters are given by the names of its `bindparam`s."""

    def __init__(self, statement: ClauseElement, columns: Sequence[str] | None = None) -> None:
        """`columns`: those an INSERT or UPDATE sets, as parameters of the same names."""
        self._statement = statement
        self._columns = columns
        self._text = ""
        self._constants: dict[str, object] = {}
        self._in_order: Callable[[Mapping[str, object]], Row] = lambda _: ()

    def rows(self, conn: Connection, **values: object) -> list[Row]:
        """All rows it answers with."""
        return list(self._run(conn, values).fetchall())

    def row(self, conn: Connection, **values: object) -> Row | None:
        """The first row, or None."""
        found: Row | None = self._run(conn, values).fetchone()
        return found

    def value(self, conn: Connection, **values: object) -> Any:
        """The first column of the first row, or None."""
        found = self.row(conn, **values)
        return None if found is None else found[0]

    def mappings(self, conn: Connection, **values: object) -> list[dict[str, Any]]:
        """All rows, their values by name."""
        cursor = self._run(conn, values)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def change(self, conn: Connection, values: Mapping[str, object]) -> int:
        """How many rows it changed. Raises IntegrityError."""
        return int(self._run(conn, values).rowcount)

    def change_each(self, conn: Connection, many: Sequence[Mapping[str, object]]) -> None:
        """Run it once for each. Raises IntegrityError."""
        raw = self._prepare(conn)
        try:
            raw.cursor().executemany(self._text, [self._in_order({**self._constants, **values}) for values in many])
        except conn.dialect.loaded_dbapi.IntegrityError as error:
            raise IntegrityError(self._text, None, error) from error

    def _run(self, conn: Connection, values: Mapping[str, object]) -> DBAPICursor:
        raw = self._prepare(conn)
        cursor = raw.cursor()
        try:
            cursor.execute(self._text, self._in_order({**self._constants, **values} if self._constants else values))
        except conn.dialect.loaded_dbapi.IntegrityError as error:
            raise IntegrityError(self._text, None, error) from error
        return cursor

    def _prepare(self, conn: Connection) -> DBAPIConnection:
        if not self._text:
            self._compile(conn)
        raw = conn.connection.dbapi_connection
        assert raw is not None
        return raw

    def _compile(self, conn: Connection) -> None:
        compiled = self._statement.compile(dialect=conn.dialect, column_keys=self._columns)
        assert isinstance(compiled, SQLCompiler)
        asked = {name for name, bind in compiled.binds.items() if bind.required}
        expanded = compiled.construct_expanded_state(dict.fromkeys(asked))
        self._constants = {name: value for name, value in expanded.parameters.items() if name not in asked}
        self._in_order = _tuple_of(expanded.positiontup or ())
        self._text = expanded.statement


def _tuple_of(names: Sequence[str]) -> Callable[[Mapping[str, object]], Row]:
    if not names:
        return lambda _: ()
    if len(names) == 1:
        [only] = names
        return lambda values: (values[only],)
    get: Callable[[Mapping[str, object]], Row] = itemgetter(*names)
    return get
