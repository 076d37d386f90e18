"""The label every list shows: how much of a text a model wrote."""

from __future__ import annotations

from enum import StrEnum

from config.resolved import TextOrigin

_ASSISTED_FROM, _GENERATED_FROM = 0.10, 0.70


class Label(StrEnum):
    """From nothing to nearly all."""

    HUMAN = "human"
    CHECKED = "human, AI-checked"
    ASSISTED = "AI-assisted"
    GENERATED = "AI-generated"

    @property
    def rank(self) -> int:
        """Higher: more of the model's."""
        return _RANKS[self]


_RANKS = {label: rank for rank, label in enumerate(Label)}


def label(share: float, has_run: bool) -> Label:
    """From the model's share of the letters, and whether any model saw the text."""
    if share <= 0:
        return Label.CHECKED if has_run else Label.HUMAN
    if share < _ASSISTED_FROM:
        return Label.CHECKED
    return Label.ASSISTED if share < _GENERATED_FROM else Label.GENERATED


def declared(text_ai: TextOrigin) -> Label:
    """The label of a text from a file that says how it was made."""
    return {"none": Label.HUMAN, "assisted": Label.ASSISTED, "generated": Label.GENERATED}[text_ai]


def strongest(*labels: Label) -> Label:
    """The label of a whole from the labels of its parts."""
    return max(labels, key=lambda one: one.rank, default=Label.HUMAN)
