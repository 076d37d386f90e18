"""Ideas: one line each, kept until somebody makes a post of it or lets it go."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Connection, Table, insert, text, update

from drafting.provenance import Attributed
from scheduler.clean import clean_line, shorten
from scheduler.desk.library.views import IdeaView
from scheduler.desk.model.requesting import VARIANTS
from scheduler.desk.post.sheet import EVERY
from scheduler.desk.views import Done, PostView
from scheduler.desk.write.making import NewPost
from scheduler.desk.write.writing import Writing
from scheduler.errors import NotFoundError, UsageError
from scheduler.scene import Scene
from scheduler.store.tables import TABLES
from scheduler.units.model import Timing

IDEA: Table = TABLES.tables["idea"]
LONGEST = 500
"""Letters of an idea; what is longer is a post."""
SHOWN = 2_000
_SQL = "SELECT id, client, text, by, at, used_at, used_post FROM idea WHERE dropped_at IS NULL"


class Ideas(Writing):
    """What a person does with ideas."""

    async def ideas(self, client: str | None = None, *, used: bool = False) -> list[IdeaView]:
        """What nobody made a post of yet, newest first. `used`: also the others."""
        return await self.store.read(lambda conn: read_ideas(conn, client, used, self.scene(conn)))

    async def add_ideas(self, lines: Sequence[str], client: str | None = None) -> Done:
        """Keep a line, or several: one idea each. Raises UsageError for none, or for one that is too long."""
        said = [line for line in map(clean_line, lines) if line]
        if not said:
            raise UsageError("an idea is one line of text", 'for example: daypart idea add "open evening for regulars"')
        for line in said:
            if len(line) > LONGEST:
                raise UsageError(f"this idea has {len(line)} letters, {LONGEST} fit", "write it as a post: daypart post new")
        if client is not None and client not in self.workspace.clients:
            known = ", ".join(self.workspace.clients) or "none yet"
            raise NotFoundError(f"there is no client '{clean_line(client)}'", f"clients: {known}")
        numbers = await self.change(lambda conn: self._keep_ideas(conn, said, client), name="idea")
        what = f"“{shorten(said[0], 40)}”" if len(said) == 1 else f"{len(said)} ideas"
        whose = f" for {clean_line(self.workspace.clients[client].name)}" if client is not None else ""
        words = self.undoable(f"forget {what} again", lambda: self.drop_idea(*numbers))
        return Done(f"kept: {what}{whose}", tuple(map(str, numbers)), words)

    def _keep_ideas(self, conn: Connection, lines: Sequence[str], client: str | None) -> list[int]:
        author, numbers = self.author(""), []
        for line in lines:
            made = conn.execute(insert(IDEA).values(text=line, client=client, by=author.actor, at=author.at)).inserted_primary_key
            assert made is not None
            numbers.append(int(made[0]))
        return numbers

    async def drop_idea(self, *numbers: int) -> Done:
        """Let ideas go."""
        ideas = [await self._idea(number) for number in numbers]
        await self._dropped(numbers, self.clock.wall())

        async def back() -> Done:
            await self._dropped(numbers, None)
            return Done("the idea is back" if len(numbers) == 1 else "the ideas are back")

        what = f"“{shorten(ideas[0].text, 40)}”" if len(ideas) == 1 else f"{len(ideas)} ideas"
        return Done(f"let go: {what}", tuple(map(str, numbers)), self.undoable(f"bring {what} back", back))

    async def _dropped(self, numbers: Sequence[int], at: int | None) -> None:
        await self.change(lambda conn: conn.execute(update(IDEA).where(IDEA.c.id.in_(numbers)).values(dropped_at=at)), name="idea")

    async def use_idea(self, number: int, accounts: Sequence[str], *, title: str = "", when: str | None = None) -> PostView:
        """A post without words yet whose brief is the idea. Raises NotFoundError, UsageError."""
        idea = await self._idea(number)
        workspace = self.workspace
        if (
            accounts
            and idea.client is not None
            and {workspace.client_of(name) for name in accounts if name in workspace.accounts} - {idea.client}
        ):
            raise UsageError(f"this idea is of {idea.client_name}, the accounts are not", "give accounts of the same client")
        known = [workspace.accounts[name].languages[:1] for name in accounts if name in workspace.accounts]
        languages = dict.fromkeys(name for first in known for name in first) or {EVERY: None}
        self._one_client(accounts)
        timing = self._timing(when, None)
        await self.refuse_without_room(accounts, timing.due)
        brief = json.dumps({"goal": idea.text, "variants": VARIANTS}, ensure_ascii=False)
        texts = {name: Attributed("", ()) for name in languages}
        new = NewPost("desk", clean_line(title) or shorten(idea.text, 60), texts, brief=brief)
        return await self._made(lambda conn: self._use(conn, idea, new, accounts, timing), name="idea")

    def _use(self, conn: Connection, idea: IdeaView, new: NewPost, accounts: Sequence[str], timing: Timing) -> str:
        """At once: else a power cut leaves a post without its brief, and the idea as if nobody had used it."""
        post = self._new_post(conn, new, accounts, (), timing)
        conn.execute(update(IDEA).where(IDEA.c.id == idea.id).values(used_at=self.clock.wall(), used_post=post))
        return post

    async def _idea(self, number: int) -> IdeaView:
        found = await self.store.read(lambda conn: _rows(conn, " AND id = :id", {"id": number}, self.scene(conn)))
        if not found:
            raise NotFoundError(f"there is no idea {number}", "`daypart idea list` shows them")
        return found[0]


def read_ideas(conn: Connection, client: str | None, used: bool, scene: Scene) -> list[IdeaView]:
    """Newest first; a client's are its own and those of nobody."""
    mine = " AND (client = :client OR client IS NULL)" if client is not None else ""
    fresh = "" if used else " AND used_at IS NULL"
    return _rows(conn, f"{mine}{fresh} ORDER BY id DESC LIMIT {SHOWN}", {"client": client} if client is not None else {}, scene)


def _rows(conn: Connection, tail: str, values: dict[str, object], scene: Scene) -> list[IdeaView]:
    found = []
    for row in conn.execute(text(_SQL + tail), values):
        name, color = scene.client_of(row.client) if row.client else ("any client", "gray")
        by = row.by.partition(":")[2] or row.by
        found.append(IdeaView(row.id, clean_line(row.text), row.client, name, color, clean_line(by), row.at, row.used_at, row.used_post))
    return found
