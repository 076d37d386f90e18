"""What a campaign's files say of each other: ids, accounts, clients, languages, text files, renames."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pydantic_core import PydanticCustomError

from config.diagnostics import Diagnostic, diagnostic
from config.document import Document, Step
from config.fields import ALL, check_slug
from config.layers import Layer, Parts
from config.loaded import ResolvedCampaign
from config.nearest import did_you_mean
from config.reading import CampaignFiles, PostFiles
from config.resolved import Place
from config.workspace import Workspace


class References:
    """Checks what one campaign refers to."""

    def __init__(self, files: CampaignFiles, campaign: ResolvedCampaign, workspace: Workspace, found: list[Diagnostic]) -> None:
        self.files = files
        self.campaign = campaign
        self.workspace = workspace
        self.found = found
        spoken = (*campaign.languages, *(tag for name in campaign.accounts for tag in workspace.accounts[name].languages))
        self._languages = tuple(dict.fromkeys(spoken)) or workspace.languages()

    def posts(self) -> list[PostFiles]:
        """Posts with good ids that are not taken, in order."""
        out: dict[str, PostFiles] = {}
        for post in self.files.posts:
            place = post.place or post.document.place()
            try:
                check_slug(post.id)
            except PydanticCustomError as error:
                hint = (error.context or {})["hints"][0]
                self._say("E206", place, f"'{post.id}' is not a good id for a post", f"its file's name is its id: {hint}")
                continue
            first = out.setdefault(post.id, post)
            if first is not post and first.place is not None:
                where = f"{first.place.file.name}:{first.place.line}"
                self._say("E306", place, f"there are two posts '{post.id}'", f"the other stands in {where}")
        self._check_renames(out)
        self._check_orphans(out)
        return list(out.values())

    def accounts(self, post: PostFiles) -> tuple[str, ...]:
        """The accounts a post goes to: its own, those of the defaults, or the campaign's."""
        if post.model.accounts is not None:
            names = self._known(post.model.accounts, post.document, (*post.base, "accounts"), self._key(post))
        elif self.files.model.defaults.accounts is not None:
            names = self._known(self.files.model.defaults.accounts, self.files.document, ("defaults", "accounts"), self.campaign.id)
        else:
            names = self.campaign.accounts
            if not self.files.model.accounts:
                self._say(
                    "E202", post.place or post.document.place(), "'accounts' is missing", "write accounts: in the campaign or the post"
                )
        self._check_clients(post, names)
        return names

    def languages_of(self, account: str) -> tuple[str, ...]:
        """What is published on an account in this campaign, in the account's order."""
        own = self.workspace.accounts[account].languages
        chosen = self.files.model.languages
        both = tuple(tag for tag in own if tag in chosen) if own and chosen else own or self.campaign.languages
        if not both and (own or chosen):
            place = self.files.document.place("languages", 0)
            message = f"'{account}' has none of the campaign's languages"
            self._say("E304", place, message, f"the account has: {', '.join(own)}")
        return both

    def texts(self, post: PostFiles) -> tuple[dict[str, Parts], dict[str, str]]:
        """Language → parts from Markdown, and language → generation run."""
        first = self._languages[0] if self._languages else "en"
        texts: dict[str, Parts] = {}
        drafted: dict[str, str] = {}
        if post.body:
            texts[first] = post.body
            if post.model.text is not None and (first in post.model.text or ALL in post.model.text):
                message = "the text stands in the front matter and below it"
                self._say("E208", post.document.key_place(*post.base, "text"), message, "keep one", key=self._key(post))
        if post.model.drafted_by:
            drafted[first] = post.model.drafted_by
        written = {*texts, *(post.model.text or {})}
        for tag, text in post.siblings.items():
            language = tag or first
            if tag and not self._is_known(tag):
                hints = did_you_mean(tag, self._languages, "languages of the campaign")
                self._say("E304", text.place, f"unknown language '{tag}' in the file's name", *hints, key=self._key(post))
            elif language in written or ALL in written:
                self._say("E306", text.place, f"the post '{post.id}' has a text in '{language}' already", "keep one", key=self._key(post))
            elif text.parts:
                texts[language] = text.parts
                if text.model.drafted_by:
                    drafted[language] = text.model.drafted_by
        return texts, drafted

    def has_error(self, post: str, language: str, texts: Iterable[str]) -> bool:
        """Whether a missing text has its one error elsewhere: in a broken file, or at a misspelt language."""
        return (post, language) in self.files.broken or any(tag != ALL and not self._is_known(tag) for tag in texts)

    def check_layer(self, *layers: Layer) -> None:
        """E304: every language key must be one of the campaign's or its accounts'."""
        for layer in layers:
            changes = layer.changes
            self._check_keys(changes.text, layer, "text")
            self._check_keys(changes.first_comment, layer, "first_comment")
            self._check_keys(changes.hashtags, layer, "hashtags")
            for number, media in enumerate(changes.media or ()):
                self._check_keys(media.alt, layer, "media", number, "alt")
            for name, texts in (changes.vars or {}).items():
                self._check_keys(texts, layer, "vars", name)

    def check_for(self, post: PostFiles, parts: Iterable[str], accounts: tuple[str, ...]) -> None:
        """W317: a part of `for:` that changes nothing."""
        reached = {*accounts, *(self.workspace.accounts[name].platform for name in accounts)}
        for name in parts:
            if name not in reached:
                place = post.document.key_place(*post.base, "for", name)
                self._say("W317", place, f"the post does not go to '{name}'", f"it goes to: {', '.join(accounts)}", key=self._key(post))

    def check_brief(self, post: PostFiles, brief_hash: str) -> None:
        """W710: the brief changed after a text was drafted from it."""
        own: tuple[Step, ...] = (*post.base, "brief_hash")
        stamps = [(post.model.brief_hash, post.document.place(*own))] if post.model.brief_hash else []
        stamps += [(text.model.brief_hash, text.document.place("brief_hash")) for text in post.siblings.values() if text.model.brief_hash]
        for stamp, place in stamps:
            if stamp != brief_hash:
                message = "the brief changed after this text was drafted from it"
                hint = f"read the text again, or draft it anew: daypart draft {self._key(post)}"
                self._say("W710", place, message, hint, key=self._key(post))

    def _known(self, names: tuple[str, ...], document: Document, path: tuple[Step, ...], key: str) -> tuple[str, ...]:
        for number, name in enumerate(names):
            if name not in self.workspace.accounts:
                hints = did_you_mean(name, self.workspace.accounts, "accounts in daypart.yaml")
                self._say("E302", document.place(*path, number), f"unknown account '{name}'", *hints, key=key)
        return tuple(name for name in names if name in self.workspace.accounts)

    def _check_clients(self, post: PostFiles, accounts: tuple[str, ...]) -> None:
        meant = {*post.model.clients, *self.files.model.clients}
        for number, client in enumerate(post.model.clients):
            if client not in self.workspace.clients:
                hints = did_you_mean(client, self.workspace.clients, "clients in daypart.yaml")
                self._say(
                    "E314", post.document.place(*post.base, "clients", number), f"unknown client '{client}'", *hints, key=self._key(post)
                )
        if len(self.workspace.clients) < 2:
            return
        owners = dict.fromkeys(owner for name in accounts if (owner := self.workspace.client_of(name)) is not None)
        if len(owners) > 1 and not meant.issuperset(owners):
            place = post.document.key_place(*post.base, "accounts") if post.model.accounts else post.place or post.document.place()
            names = ", ".join(f"'{client}'" for client in owners)
            way = f"if that is meant, write clients: [{', '.join(owners)}]"
            self._say("E313", place, f"the post goes to accounts of several clients: {names}", way, key=self._key(post))

    def _check_keys(self, texts: Mapping[str, object] | None, layer: Layer, *path: Step) -> None:
        for language in texts or ():
            if language != ALL and not self._is_known(language):
                hints = did_you_mean(language, self._languages, "languages of the campaign")
                self._say("E304", layer.document.key_place(*layer.base, *path, language), f"unknown language '{language}'", *hints)

    def _is_known(self, language: str) -> bool:
        return language in self._languages or language in self.workspace.languages()

    def _check_renames(self, posts: Mapping[str, PostFiles]) -> None:
        for number, rename in enumerate(self.files.model.moved):
            place = self.files.document.place
            if rename.to not in posts:
                hints = did_you_mean(rename.to, posts, "posts")
                self._say("E315", place("moved", number, "to"), f"there is no post '{rename.to}'", *hints, key=self.campaign.id)
            if rename.from_ in posts:
                message = f"the post '{rename.from_}' still has its old id"
                self._say("E315", place("moved", number, "from"), message, "from: the old id, to: the new one", key=self.campaign.id)

    def _check_orphans(self, posts: Mapping[str, PostFiles]) -> None:
        for stem, language, text in self.files.orphans:
            if (stem, "") in self.files.broken:
                continue
            message = f"'{stem}.{language}.md' belongs to no post"
            near = did_you_mean(stem, posts, "posts")
            self._say("E312", text.place, message, *near, key=self.campaign.id)

    def _key(self, post: PostFiles) -> str:
        return f"{self.campaign.id}/{post.id}"

    def _say(self, code: str, place: Place, message: str, *hints: str, key: str | None = None) -> None:
        self.found.append(diagnostic(code, place, message, *hints, key=key))
