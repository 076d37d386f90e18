"""What readers and platforms are told about AI: the policy in policy.toml, applied to one post on one target in one language.

Conditions a row may name:
  synthetic_media       some picture, video or sound was made or changed in meaning by a model (spelling, colour, crop are not)
  generated_media       some was made by one
  realistic, artistic   the synthetic media could be taken for real (unknown counts as yes) · is evidently art or satire
  real_person_altered, consent · synthetic_person · generated_voice · opted_out, ai_input
  ai_text               the text was generated or edited by a model beyond spelling
  public_interest       declared, or a sensitive topic in advertising (row 11)
  reviewed              a review is recorded and a responsible party is named
  lined                 a person chose to add the label line
  line_default          the workspace's own rule (`policy.ai_line`) asks for the line
  invented_testimonial · commercial · market_performer · sponsored · reply
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

from pydantic import BaseModel, ConfigDict

from config.resolved import MediaOrigin
from drafting.labels import Label

Degree = Literal["none", "assistive", "modified", "generated"]
MediaKind = Literal["image", "video", "audio"]
AiLine = Literal["off", "generated", "always"]
TextDegree = Literal["none", "assistive", "assisted", "generated"]

_SYNTHETIC = ("modified", "generated")
_AI_TEXT = ("assisted", "generated")
_BETWEEN = " · "
_SOURCE = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_DIGITAL_SOURCE = {"generated": f"{_SOURCE}trainedAlgorithmicMedia", "modified": f"{_SOURCE}compositeWithTrainedAlgorithmicMedia"}


@dataclass(frozen=True, slots=True)
class MediaFacts:
    """What is known of one file."""

    kind: MediaKind
    degree: Degree = "none"
    realistic: bool | None = None
    """None: nobody said; treated as yes."""
    artistic: bool = False
    real_person: bool = False
    consent: bool = False
    synthetic_person: bool = False
    generated_voice: bool = False
    opted_out: bool = False
    """Its metadata say that it must not be given to a model."""

    @property
    def is_synthetic(self) -> bool:
        """Made or changed in meaning by a model."""
        return self.degree in _SYNTHETIC


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One post on one target, as far as the policy asks."""

    target: str
    """A platform; TikTok as `tiktok_video` or `tiktok_photo`."""
    text: TextDegree = "none"
    media: tuple[MediaFacts, ...] = ()
    language: str = "en"
    ai_line: AiLine = "generated"
    lined: bool = False
    public_interest: bool = False
    topics: tuple[str, ...] = ()
    commercial: bool = False
    reviewed: bool = False
    responsible: str = ""
    invented_testimonial: bool = False
    ai_input: bool = False
    """The media are about to be given to a model."""
    markets: tuple[str, ...] = ()
    """Empty: unknown."""
    sponsored: bool = False
    reply: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What must stand in the text, be told to the platform, or keep the post back."""

    line: str | None = None
    """For the text, in its language."""
    flags: tuple[str, ...] = ()
    """The platform's own fields to set."""
    burned_in_required: bool = False
    burned_in: str | None = None
    """Words of the label on the content itself."""
    xmp: tuple[str | None, ...] = ()
    """DigitalSourceType for each file, in order."""
    blocked: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    n: int
    when: tuple[str, ...]
    then: tuple[str, ...]


class _Target(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    flag: str = ""
    flag_for: tuple[MediaKind, ...] = ()
    means: Literal["ai", "realistic"] = "ai"
    note: str = ""


class Policy(BaseModel):
    """The data file."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    policy_version: str
    row: tuple[_Row, ...]
    topics: dict[str, tuple[str, ...]]
    targets: dict[str, _Target]
    wording: dict[str, dict[str, str]]


@cache
def policy() -> Policy:
    """The policy that is shipped."""
    text = resources.files("drafting").joinpath("policy.toml").read_text(encoding="utf-8")
    return Policy.model_validate(tomllib.loads(text))


def disclose(case: Case) -> Outcome:
    """Applies every row. A target the policy does not know is told nothing and gets the line."""
    conditions = set(_conditions(case))
    results = [
        result
        for row in policy().row
        if all((name.removeprefix("!") in conditions) != name.startswith("!") for name in row.when)
        for result in row.then
    ]
    target = policy().targets.get(case.target, _Target())
    flagged = _is_flagged(case, target, results)
    burned = "burn" in results
    media_line = "media_line" in results or (not flagged and bool({"flag", "flag_made_with_ai"} & set(results)))
    return Outcome(
        line=_line(case, results, media_line=media_line),
        flags=(target.flag,) if flagged else (),
        burned_in_required=burned,
        burned_in=_burned_in(case, results) if burned else None,
        xmp=tuple(_DIGITAL_SOURCE.get(item.degree) for item in case.media) if "xmp" in results else (),
        blocked=tuple(_told(results, "block:")),
        notes=tuple(_told(results, "note:")),
    )


def degree_of(origin: MediaOrigin) -> Degree:
    """A file's `ai:` in the policy's words."""
    degrees: dict[MediaOrigin, Degree] = {"none": "none", "edited": "modified", "generated": "generated"}
    return degrees[origin]


def text_degree(of: Label) -> TextDegree:
    """A text's label in the policy's words: below a tenth counts as checking, not as writing."""
    degrees: dict[Label, TextDegree] = {
        Label.HUMAN: "none",
        Label.CHECKED: "assistive",
        Label.ASSISTED: "assisted",
        Label.GENERATED: "generated",
    }
    return degrees[of]


def line_in(language: str, key: str) -> str:
    """Wording in a language; English where it has none."""
    wording = policy().wording
    return wording.get(language.partition("-")[0].casefold(), wording["en"]).get(key, wording["en"].get(key, ""))


def _conditions(case: Case) -> Iterator[str]:
    synthetic = [item for item in case.media if item.is_synthetic]
    public = case.public_interest or (case.commercial and bool(set(case.topics) & set(policy().topics["public_interest_in_advertising"])))
    held = {
        "synthetic_media": bool(synthetic),
        "generated_media": any(item.degree == "generated" for item in case.media),
        "realistic": any(item.realistic is not False for item in synthetic),
        "artistic": bool(synthetic) and all(item.artistic for item in synthetic if item.realistic is not False),
        "real_person_altered": any(item.real_person for item in synthetic),
        "consent": all(item.consent for item in synthetic if item.real_person),
        "synthetic_person": any(item.synthetic_person for item in synthetic),
        "generated_voice": any(item.generated_voice for item in case.media),
        "opted_out": any(item.opted_out for item in case.media),
        "ai_input": case.ai_input,
        "ai_text": case.text in _AI_TEXT,
        "public_interest": public,
        "reviewed": case.reviewed and bool(case.responsible.strip()),
        "lined": case.lined,
        "line_default": case.ai_line == "always" or (case.ai_line == "generated" and case.text == "generated"),
        "invented_testimonial": case.invented_testimonial,
        "commercial": case.commercial,
        "market_performer": not case.markets or "US-NY" in case.markets,
        "sponsored": case.sponsored,
        "reply": case.reply,
    }
    return (name for name, holds in held.items() if holds)


def _is_flagged(case: Case, target: _Target, results: list[str]) -> bool:
    wanted = {"flag"} if target.means == "realistic" else {"flag", "flag_made_with_ai"}
    kinds = {item.kind for item in case.media if item.is_synthetic}
    return bool(target.flag) and bool(wanted & set(results)) and kinds <= set(target.flag_for)


def _line(case: Case, results: list[str], *, media_line: bool) -> str | None:
    keys = ["sponsored"] if "sponsored_line" in results else []
    if "text_line" in results or (case.lined and case.text in _AI_TEXT and not case.reply):
        keys.append(f"text_{case.text}")
    if media_line:
        keys += dict.fromkeys(f"{item.kind}_{item.degree}" for item in case.media if item.is_synthetic)
    return _BETWEEN.join(line_in(case.language, key) for key in keys) or None


def _burned_in(case: Case, results: list[str]) -> str:
    if "performer" in results:
        return line_in(case.language, "performer")
    generated = any(item.degree == "generated" for item in case.media if item.is_synthetic)
    return line_in(case.language, "burned_generated" if generated else "burned_modified")


def _told(results: list[str], kind: str) -> Iterator[str]:
    return (result.removeprefix(kind) for result in results if result.startswith(kind))
