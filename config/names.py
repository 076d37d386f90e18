"""What `{{ … }}` may name: post `vars` → campaign `vars` → `campaign.*`, `post.*`, `account.*`, `occurrence.*`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from config.diagnostics import Diagnostic, diagnostic
from config.fields import ALL
from config.loaded import ResolvedCampaign
from config.nearest import did_you_mean
from config.passages import Passage
from config.posts import Post
from config.times import Occurrence
from config.variables import Fault, substitute
from config.workspace import Account

VarTexts = Mapping[str, Mapping[str, str]]
"""Variable → language → text."""


def campaign_names(campaign: ResolvedCampaign) -> dict[str, str]:
    """`campaign.*`."""
    facts = {
        "id": campaign.id,
        "title": campaign.title,
        "owner": campaign.owner,
        "starts": campaign.starts.isoformat() if campaign.starts else "",
        "ends": campaign.ends.isoformat() if campaign.ends else "",
    }
    return {f"campaign.{name}": text for name, text in facts.items() if text}


def post_names(post: str, model: Post) -> dict[str, str]:
    """`post.*`."""
    return {"post.id": post, "post.title": model.title or post}


def account_names(name: str, account: Account) -> dict[str, str]:
    """`account.*`."""
    return {"account.name": name, "account.platform": account.platform, "account.handle": account.handle}


def occurrence_names(occurrence: Occurrence | None) -> dict[str, str]:
    """`occurrence.*`: only a series has them."""
    if occurrence is None:
        return {}
    return {
        "occurrence.date": occurrence.day.isoformat(),
        "occurrence.number": str(occurrence.number),
        "occurrence.time": occurrence.at.wall[11:],
    }


@dataclass(slots=True)
class Scope:
    """The names for one post on one account at one occurrence; what is wrong is said where it stands."""

    fixed: Sequence[Mapping[str, str]]
    """`campaign.*`, `post.*`, …"""
    vars: Sequence[VarTexts]
    """The strongest last."""
    found: list[Diagnostic]
    key: str
    shared: dict[tuple[int, str], str] = field(default_factory=dict)
    """What other accounts of the post filled already: (passage, language) → text."""
    _names: dict[str, dict[str, str]] = field(default_factory=dict)
    _lacking: dict[str, set[str]] = field(default_factory=dict)

    def fill(self, passage: Passage, language: str) -> str:
        """A passage's text with its variables."""
        text = passage.text
        if "{{" not in text:
            return text
        if "account." in text or "occurrence." in text:
            return self._fill(passage, language)
        known = (id(passage), language)
        if known not in self.shared:
            self.shared[known] = self._fill(passage, language)
        return self.shared[known]

    def _fill(self, passage: Passage, language: str) -> str:
        faults: list[Fault] = []
        filled = substitute(passage.text, self.names(language), language, faults)
        self.found.extend(self._diagnostic(fault, passage, language) for fault in faults)
        return filled

    def names(self, language: str) -> dict[str, str]:
        """All names in one language."""
        if language not in self._names:
            names, lacking = {name: text for part in self.fixed for name, text in part.items()}, set[str]()
            for layer in self.vars:
                for name, texts in layer.items():
                    text = texts.get(language, texts.get(ALL))
                    if text is None:
                        lacking.add(name)
                        names.pop(name, None)
                    else:
                        names[name] = text
                        lacking.discard(name)
            self._names[language], self._lacking[language] = names, lacking
        return self._names[language]

    def _diagnostic(self, fault: Fault, passage: Passage, language: str) -> Diagnostic:
        place = passage.place_of(fault.nth, fault.width)
        if fault.code == "E701" and fault.name in self._lacking[language]:
            languages = ", ".join(dict.fromkeys(tag for layer in self.vars for tag in layer.get(fault.name, ())))
            return diagnostic(
                "E310", place, f"the variable '{fault.name}' has no text in '{language}'", f"it has: {languages}", key=self.key
            )
        if fault.code == "E701" and fault.name.startswith("occurrence."):
            return diagnostic("E701", place, f"undefined variable '{fault.name}'", "only a post with every: has occurrences", key=self.key)
        hints = fault.hints
        if fault.code == "E701":
            own = sorted(name for name in self.names(language) if "." not in name)
            dotted = sorted(name for name in self.names(language) if "." in name)
            hints = did_you_mean(fault.name, [*own, *dotted], "variables")
        return diagnostic(fault.code, place, fault.message, *hints, key=self.key)
