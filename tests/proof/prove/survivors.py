"""Machine-made mutants that change nothing anybody could notice, and why."""

from __future__ import annotations

ALIAS = "the name of an alias inside one statement"
NO_ACCOUNT = "another number that no account ever reaches"
CHUNK = "how much of a file is read at a time"
PLAIN = "options are text, numbers, truth values and lists of them, the same in both modes"
EMPTY = "every digest begins with an empty seal"
TOGETHER = "a view and its unit are there together or not at all"
YES = "scheduler/desk/approvals/approving.py"
TIMELESS = "the time is no part of what is compared there"
EQUIVALENT: dict[str, str] = {
    "scheduler/lifecycle.py backoff: 20 → 21": "waits have reached their most long before",
    "scheduler/store/guards.py -: 'parent' → 'parentx'": ALIAS,
    "scheduler/store/guards.py -: 'other' → 'otherx'": ALIAS,
    "scheduler/store/guards.py -: 'own_content' → 'own_contentx'": ALIAS,
    "scheduler/store/guards.py approved: without APPROVAL.c.actor_kind == 'person'": "the table itself takes no approval by anybody else",
    "scheduler/store/guards.py pace_values: 1 → 2": NO_ACCOUNT,
    "scheduler/store/guards.py pace_values: 40 → 41": NO_ACCOUNT,
    "scheduler/canonical.py -: allow_nan=False → True": "JSON's own word for floats that are none; floats are refused before",
    "scheduler/content/digest.py _act: mode='json' → 'jsonx'": PLAIN,
    "scheduler/content/kept.py _dump_act: mode='json' → 'jsonx'": PLAIN,
    f"{YES} Said: False → True": "what was said of the facts is always given with a yes",
    f"{YES} Approving.approve: seal and (not digest.startswith(seal)) → not digest.startswith(seal)": EMPTY,
    f"{YES} Approving.approve: name='approve' → 'approvex'": "the name of a write, for failpoints that nobody sets",
    f"{YES} Approving._as_shown.read: view is None or unit is None → view is None and unit is None": TOGETHER,
    f"{YES} Approving._as_shown.read: view is None or unit is None → unit is None": TOGETHER,
    f"{YES} Approving._as_shown.read: view is None or unit is None → view is None": TOGETHER,
    f"{YES} Approving._as_shown.read: unit.timing.due or 0 → unit.timing.due and 0": TIMELESS,
    f"{YES} Approving._as_shown.read: unit.timing.due or 0 → 0": TIMELESS,
    f"{YES} Approving._as_shown.read: unit.timing.due or 0 → unit.timing.due": TIMELESS,
    f"{YES} Approving._as_shown.read: 0 → 1": TIMELESS,
    "scheduler/content/kept.py -: 1 → 2": CHUNK,
    "scheduler/content/kept.py -: 20 → 21": CHUNK,
}
"""By file, function and what was changed: the reason."""


def reason(name: str) -> str:
    """Why this one changes nothing; empty: somebody should have noticed it."""
    file, _, rest = name.partition(":")
    return EQUIVALENT.get(f"{file} {rest.partition(' ')[2]}", "")
