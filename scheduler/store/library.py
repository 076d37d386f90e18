"""What the library keeps: ideas, posts that may come round again, which post was made from which, and an index of every word.

The index is a full-text table of SQLite's own, one row a post, kept by triggers: whoever writes a post or its contents keeps it.
Nothing of a send touches it: the triggers hang on making posts and on giving a delivery another content.
"""

from __future__ import annotations

from sqlalchemy import Column, Connection, ForeignKey, Index, PrimaryKeyConstraint, Text, event, text
from sqlmodel import Field, SQLModel

from scheduler.store.tables import TABLES, Micros, RowId

INDEX = "post_words"
CLIENT_MARK, FILE_MARK = "\ue000", "\ue001"
"""Before the name of a client and the hash of a file in the index: letters that nobody types, so that no word is taken for one."""
UNFOLDED = {"ł": "l", "Ł": "l", "đ": "d", "Đ": "d", "ø": "o", "Ø": "o", "ß": "ss"}
"""Letters that are no base letter with a mark on it; all others SQLite folds itself."""


class Idea(SQLModel, table=True):
    """One line somebody did not want to forget."""

    __tablename__ = "idea"
    id: int | None = Field(default=None, sa_column=Column(RowId, primary_key=True, autoincrement=True))
    client: str | None = None
    text: str = Field(sa_column=Column(Text, nullable=False))
    by: str
    at: int = Field(sa_column=Column(Micros, nullable=False))
    used_at: int | None = Field(default=None, sa_column=Column(Micros, nullable=True))
    used_post: str | None = None
    """`campaign/post` that was made of it."""
    dropped_at: int | None = Field(default=None, sa_column=Column(Micros, nullable=True))


class Evergreen(SQLModel, table=True):
    """A post that may come round again, each time as a draft that a person approves."""

    __tablename__ = "evergreen"
    post_id: int = Field(sa_column=Column(RowId, ForeignKey("post.id"), primary_key=True, autoincrement=False))
    every_days: int
    """Days it rests after each use."""
    most: int | None = None
    """How often it may be used in all; None: no limit."""
    by: str
    at: int = Field(sa_column=Column(Micros, nullable=False))


class Reuse(SQLModel, table=True):
    """Which post was made from which."""

    __tablename__ = "reuse"
    __table_args__ = (Index("reuse_source", "source_id"),)
    post_id: int = Field(sa_column=Column(RowId, ForeignKey("post.id"), primary_key=True, autoincrement=False))
    source_id: int = Field(sa_column=Column(RowId, ForeignKey("post.id"), nullable=False))
    """The first of the family: a copy of a copy is one of the first."""
    by: str
    at: int = Field(sa_column=Column(Micros, nullable=False))
    why: str = ""
    """Why the same words may go out again so soon; empty where nobody said."""


class Tag(SQLModel, table=True):
    """A word by which people sort posts."""

    __tablename__ = "tag"
    __table_args__ = (PrimaryKeyConstraint("post_id", "name"), Index("tag_name", "name"))
    post_id: int = Field(sa_column=Column(RowId, ForeignKey("post.id"), nullable=False))
    name: str


LIBRARY_TABLES = tuple(TABLES.tables[name] for name in ("idea", "evergreen", "reuse"))


# ── the index of words ───────────────────────────────────────────────────────


def has_search(connection: Connection) -> bool:
    """Whether this store has the index: a SQLite without FTS5 cannot make it, and no other database can."""
    if connection.dialect.name != "sqlite":
        return False
    sql = f"SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '{INDEX}'"
    return connection.exec_driver_sql(sql).first() is not None


def make_search(connection: Connection) -> None:
    """Make the index and what keeps it, and fill it with what is there. Nothing where SQLite cannot."""
    if connection.dialect.name != "sqlite" or not _can_index(connection):
        return
    for statement in _STATEMENTS:
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql(f"INSERT INTO {INDEX} (rowid, words) SELECT id, words FROM post_document WHERE archived_at IS NULL")


def _can_index(connection: Connection) -> bool:
    return connection.execute(text("SELECT 1 FROM pragma_module_list WHERE name = 'fts5'")).first() is not None


def _folded(expression: str) -> str:
    for letter, plain in UNFOLDED.items():
        expression = f"replace({expression}, '{letter}', '{plain}')"
    return expression


_TITLES = "p.title || ' ' || p.campaign || ' ' || p.slug || ' ' || coalesce(p.brief, '')"
_TEXTS = (
    "SELECT group_concat(coalesce(json_extract(act.value, '$.text'), '') || ' ' || coalesce((SELECT group_concat("
    "json_extract(file.value, '$.alt') || ' ' || json_extract(file.value, '$.name') || ' '"
    " || char(57345) || json_extract(file.value, '$.sha256'), ' ')"
    " FROM json_each(act.value, '$.media') AS file), ''), ' ')"
    " FROM content AS c, json_each(c.body) AS act WHERE c.id IN (SELECT d.content_id FROM delivery AS d WHERE d.post_id = p.id)"
)
_PLACES = (
    "SELECT group_concat(DISTINCT a.name || ' ' || char(57344) || hex(coalesce(d.client, '')))"
    " FROM delivery AS d JOIN account AS a ON a.id = d.account_id WHERE d.post_id = p.id AND +d.parent_id IS NULL"
)
_WORDS = _folded(f"{_TITLES} || ' ' || coalesce(({_TEXTS}), '') || ' ' || coalesce(({_PLACES}), '')")
_FORGET = f"DELETE FROM {INDEX} WHERE rowid = NEW.{{0}}"
_READ = f"INSERT INTO {INDEX} (rowid, words) SELECT id, words FROM post_document WHERE id = NEW.{{0}} AND archived_at IS NULL"
_AGAIN = f"{_FORGET}; {_READ};"
_KNOWN = (
    "EXISTS (SELECT 1 FROM delivery AS d WHERE d.post_id = NEW.post_id AND +d.account_id = NEW.account_id"
    " AND +d.content_id IS NEW.content_id AND +d.parent_id IS NULL AND d.id <> NEW.id)"
)
"""An occurrence more of what the index has already."""
_TABLE = "(words, tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3', detail = none, columnsize = 0)"
_OTHER = "(NEW.content_id IS NOT OLD.content_id OR NEW.client IS NOT OLD.client OR NEW.post_id <> OLD.post_id)"
_NEW_DELIVERY = f"AFTER INSERT ON delivery WHEN NEW.parent_id IS NULL AND NOT {_KNOWN}"
_CHANGED_DELIVERY = f"AFTER UPDATE OF content_id, client, post_id ON delivery WHEN NEW.parent_id IS NULL AND {_OTHER}"
_CHANGED_POST = "AFTER UPDATE OF title, campaign, slug, brief, archived_at ON post"
_STATEMENTS = (
    f"CREATE VIEW post_document AS SELECT p.id AS id, p.archived_at AS archived_at, {_WORDS} AS words FROM post AS p",
    f"CREATE VIRTUAL TABLE {INDEX} USING fts5{_TABLE}",
    f"CREATE TRIGGER words_of_new_post AFTER INSERT ON post BEGIN {_READ.format('id')}; END",
    f"CREATE TRIGGER words_of_post {_CHANGED_POST} BEGIN {_AGAIN.format('id')} END",
    f"CREATE TRIGGER words_of_lost_post AFTER DELETE ON post BEGIN DELETE FROM {INDEX} WHERE rowid = OLD.id; END",
    f"CREATE TRIGGER words_of_new_delivery {_NEW_DELIVERY} BEGIN {_AGAIN.format('post_id')} END",
    f"CREATE TRIGGER words_of_delivery {_CHANGED_DELIVERY} BEGIN {_AGAIN.format('post_id')} END",
)


@event.listens_for(TABLES, "after_create")
def _with_search(_tables: object, connection: Connection, **_: object) -> None:
    if not has_search(connection):
        make_search(connection)
