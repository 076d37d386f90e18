"""One campaign's posts, resolved: layers merged, languages joined, variables put in, times made instants."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from config.briefs import resolve_brief
from config.diagnostics import Diagnostic, diagnostic
from config.fields import ALL
from config.layers import ForParts, Layer, Merged, Parts, layer
from config.loaded import ResolvedCampaign, Skipped
from config.names import Scope, VarTexts, account_names, campaign_names, occurrence_names, post_names
from config.options import OPTIONS, Options
from config.passages import Passage, from_yaml
from config.pictures import Pictures
from config.places import Places
from config.reading import CampaignFiles, PostFiles
from config.references import References
from config.resolved import Place, ResolvedBrief, ResolvedMedia, ResolvedPart, ResolvedPost, TextOrigin
from config.times import Occurrence
from config.variables import uses
from config.whens import When, Whens
from config.wording import Wording
from config.workspace import Workspace

_ORIGINS: tuple[TextOrigin, ...] = ("none", "assisted", "generated")


@dataclass(frozen=True, slots=True)
class _PostLayers:
    """What all accounts of one post share."""

    post: PostFiles
    accounts: tuple[str, ...]
    own: Layer
    parts: Mapping[str, Layer]
    brief: ResolvedBrief | None
    drafted: Mapping[str, str]
    file_hint: str
    filled: dict[tuple[int, str], str]
    """Texts that are the same on all its accounts."""


@dataclass(frozen=True, slots=True)
class _OnAccount:
    """What all occurrences of one post on one account share."""

    shared: _PostLayers
    account: str
    platform: str
    languages: tuple[str, ...]
    merged: Merged
    late: int


class Resolver:
    """Resolves the posts of one campaign."""

    def __init__(
        self, files: CampaignFiles, campaign: ResolvedCampaign, workspace: Workspace, pictures: Pictures, now: int, found: list[Diagnostic]
    ) -> None:
        self.files = files
        self.campaign = campaign
        self.workspace = workspace
        self.pictures = pictures
        self.found = found
        self.references = References(files, campaign, workspace, found)
        self.whens = Whens(campaign, files.model.schedule.slots, now, found)
        self.unsupported: list[str] = []
        self._for_parts = ForParts(workspace, found)
        self._campaign_names = campaign_names(campaign)
        defaults = files.model.defaults
        self._defaults = layer(defaults, files.document, ("defaults",))
        self._default_parts = self._for_parts.read(defaults.for_, files.document, ("defaults",))
        self._clients = {name: workspace.client_of(name) for name in workspace.accounts}
        self._languages: dict[str, tuple[str, ...]] = {}
        self._utm = self._marks()
        self._utm_filled: dict[tuple[str, str], tuple[tuple[str, str], ...]] = {}

    @property
    def skipped(self) -> list[Skipped]:
        """Occurrences inside blackouts, on platforms that are planned."""
        accounts = self.workspace.accounts
        return [skipped for skipped in self.whens.skipped if accounts[skipped.account].supported]

    def posts(self) -> list[ResolvedPost]:
        """All deliveries that should exist, in the order slots are dealt."""
        self.whens.check_slots()
        self.references.check_layer(self._defaults)
        out: list[ResolvedPost] = []
        for post in self.references.posts():
            if self.whens.check_keys(post):
                shared = self._shared(post)
                for account in shared.accounts:
                    out.extend(self._on_account(shared, account))
        return out

    def _shared(self, post: PostFiles) -> _PostLayers:
        texts, drafted = self.references.texts(post)
        own = layer(post.model, post.document, post.base, texts)
        parts = self._for_parts.read(post.model.for_, post.document, post.base)
        accounts = self.references.accounts(post)
        self.references.check_layer(own, *parts.values())
        self.references.check_for(post, parts, accounts)
        brief = self._brief(post)
        if brief is not None:
            self.references.check_brief(post, brief.hash)
        name = f"posts/{post.id}"
        return _PostLayers(post, accounts, own, parts, brief, drafted, name, {})

    def _brief(self, post: PostFiles) -> ResolvedBrief | None:
        if post.model.brief is None:
            return None
        fixed = (self._campaign_names, post_names(post.id, post.model))
        scope = Scope(fixed, [self.files.model.vars, post.model.vars or {}], self.found, self._post_key(post))
        return resolve_brief(post, scope, self.campaign.languages[0] if self.campaign.languages else "en")

    def _post_key(self, post: PostFiles) -> str:
        return f"{self.campaign.id}/{post.id}"

    def _on_account(self, shared: _PostLayers, account: str) -> Iterator[ResolvedPost]:
        post, platform = shared.post, self.workspace.accounts[account].platform
        merged = Merged(tuple(self._layers(shared, account, platform)))
        languages = self._account_languages(account)
        if not languages:
            return
        seat = _OnAccount(shared, account, platform, languages, merged, self._late(merged))
        for when in self.whens.of(merged, post, account, seat.late):
            resolved = self._one(seat, when)
            if resolved is None:
                continue
            if platform in OPTIONS:
                yield resolved
            else:
                self.unsupported.append(resolved.key)

    def _layers(self, shared: _PostLayers, account: str, platform: str) -> Iterator[Layer]:
        yield self._defaults
        yield from (part for name in _names(platform, account) if (part := self._default_parts.get(name)) is not None)
        yield shared.own
        yield from (part for name in _names(platform, account) if (part := shared.parts.get(name)) is not None)

    def _account_languages(self, account: str) -> tuple[str, ...]:
        if account not in self._languages:
            self._languages[account] = self.references.languages_of(account)
        return self._languages[account]

    def _late(self, merged: Merged) -> int:
        found = merged.last("late")
        return self.campaign.late if found is None or found.changes.late is None else found.changes.late

    def _one(self, seat: _OnAccount, when: When) -> ResolvedPost | None:
        shared, merged, languages = seat.shared, seat.merged, seat.languages
        post, occurrence = shared.post, when.occurrence
        key = f"{self._post_key(post)}@{seat.account}" + (f"#{occurrence.day}" if occurrence else "")
        scope = self._scope(seat, occurrence)
        wording = Wording(merged, languages, scope, self.workspace.join, self.found)
        texts = merged.texts()
        place = post.place or post.document.place()
        text_place = _text_place(texts, languages)
        parts = self._parts(shared, wording, texts, self._media(merged, languages, scope), text_place or place)
        if parts is None:
            return None
        used = {language: run for language, run in shared.drafted.items() if language in languages}
        return ResolvedPost(
            key=key,
            campaign=self.campaign.id,
            post=post.id,
            account=seat.account,
            platform=seat.platform,
            client=self._clients[seat.account],
            occurrence=occurrence.day if occurrence else None,
            title=post.model.title,
            when=when.when,
            parts=parts,
            first_comment=wording.first_comment(),
            languages=languages,
            link=wording.link(lambda: self._utm_of(scope, seat.account, languages[0])),
            options=self._options(merged, seat.platform),
            brief=shared.brief,
            text_ai=self._text_ai(shared, merged, languages),
            drafted_by=next((used[language] for language in languages if language in used), None),
            late=seat.late,
            not_after=self.whens.not_after(merged, post),
            repeat=post.model.repeat,
            place=place,
            text_place=text_place,
            places=Places(merged, text_place),
            drafted=used,
        )

    def _scope(self, seat: _OnAccount, occurrence: Occurrence | None) -> Scope:
        shared = seat.shared
        post = shared.post
        fixed = (
            self._campaign_names,
            post_names(post.id, post.model),
            account_names(seat.account, self.workspace.accounts[seat.account]),
            occurrence_names(occurrence),
        )
        layers = seat.merged.variables()
        variables: list[VarTexts] = [self.files.model.vars, *(texts for _, texts in layers)]
        plain = all(layer is self._defaults or layer is shared.own for layer, _ in layers)
        return Scope(fixed, variables, self.found, self._post_key(post), shared.filled if plain else {})

    def _media(self, merged: Merged, languages: tuple[str, ...], scope: Scope) -> list[tuple[int, ResolvedMedia]]:
        found = merged.last("media")
        return self.pictures.resolve(found, self.files.folder, languages, scope) if found is not None else []

    def _parts(
        self, shared: _PostLayers, wording: Wording, texts: Mapping[str, Parts], media: list[tuple[int, ResolvedMedia]], place: Place
    ) -> tuple[ResolvedPart, ...] | None:
        """The parts with their media; empty while only a brief exists; None after an error."""
        waiting = shared.brief is not None and not all(language in texts or ALL in texts for language in wording.languages)
        if waiting:
            return ()
        written = wording.merged.last("media")
        if not texts:
            if written is None or not written.changes.media:
                hint = "write text:, brief: or media:"
                self.found.append(diagnostic("E706", place, f"the post '{shared.post.id}' has no text", hint, key=wording.scope.key))
                return None
            return self._with_media(("",), wording, media)
        lacking = [tag for tag in wording.languages if tag not in texts and ALL not in texts]
        if any(self.references.has_error(shared.post.id, tag, texts) for tag in lacking):
            return None
        filled = wording.parts(texts, place, shared.file_hint)
        return None if filled is None else self._with_media(filled, wording, media)

    def _with_media(self, texts: tuple[str, ...], wording: Wording, media: list[tuple[int, ResolvedMedia]]) -> tuple[ResolvedPart, ...]:
        tags = wording.hashtags(" ".join(texts))
        first = "\n\n".join(text for text in (texts[0], tags) if text)
        for part, item in media:
            if part > len(texts):
                message = f"there is no part {part}"
                self.found.append(diagnostic("E207", item.place, message, f"the text has {len(texts)}", key=wording.scope.key))
        parts = (first, *texts[1:])
        return tuple(ResolvedPart(text, tuple([item for part, item in media if part == n])) for n, text in enumerate(parts, 1))

    def _utm_of(self, scope: Scope, account: str, language: str) -> tuple[tuple[str, str], ...]:
        """The campaign's marks on one account; made once where they do not depend on the post."""
        known = self._utm_filled.get((account, language))
        if known is None:
            known = tuple((name, scope.fill(passage, language)) for name, passage in self._utm.items())
            if all(used.startswith(("account.", "campaign.")) for passage in self._utm.values() for used in uses(passage.text)):
                self._utm_filled[account, language] = known
        return known

    def _marks(self) -> dict[str, Passage]:
        utm = self.files.model.link.utm
        texts = {name: str(getattr(utm, name)) for name in type(utm).model_fields}
        return {name: from_yaml(self.files.document, ("link", "utm", name), text) for name, text in texts.items() if text}

    def _options(self, merged: Merged, platform: str) -> Options:
        options = merged.options()
        model = OPTIONS.get(platform)
        if model is None or not options:
            return _plain_options(platform)
        try:
            return model.model_validate(options, strict=True)
        except ValueError:  # said already, at the layer that holds it
            return _plain_options(platform)

    def _text_ai(self, shared: _PostLayers, merged: Merged, languages: Iterable[str]) -> TextOrigin:
        found = merged.last("text_ai")
        said: list[TextOrigin] = [found.changes.text_ai or "none"] if found is not None else []
        said += [text.model.text_ai for tag, text in shared.post.siblings.items() if text.model.text_ai and (not tag or tag in languages)]
        return max(said, key=_ORIGINS.index, default="none")


@lru_cache(maxsize=32)
def _plain_options(platform: str) -> Options:
    return OPTIONS.get(platform, Options)()


def _names(platform: str, account: str) -> tuple[str, ...]:
    return (platform,) if platform == account else (platform, account)


def _text_place(texts: Mapping[str, Parts], languages: Iterable[str]) -> Place | None:
    parts = next((texts[tag] for tag in (*languages, ALL) if texts.get(tag)), None)
    return parts[0].place if parts else None
