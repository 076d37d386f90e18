"""brands/<name>.yaml: the voice, used by the drafting model and the linter."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from config.fields import ALL, Text, TextByLanguage, Texts, Written
from config.workspace import Version


class BrandHashtags(Written):
    """How many tags, and which ones always."""

    max: int | None = Field(default=None, ge=0, le=30)
    always: Texts = ()


class Brand(Written):
    """One brand's voice."""

    version: Version
    name: Text
    voice: TextByLanguage = Field(default_factory=dict)
    """By language; the key "" serves all."""
    always: Texts = ()
    never: Texts = ()
    emoji: Literal["none", "few", "some", "many"] = "few"
    hashtags: BrandHashtags = BrandHashtags()
    examples: TextByLanguage = Field(default_factory=dict)

    def voice_in(self, language: str) -> str:
        """The voice in a language, or the one for all."""
        return self.voice.get(language) or self.voice.get(ALL, "")
