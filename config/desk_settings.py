"""How one person likes the desk on one computer: look, language, keys. Kept beside no workspace, read so that it never stops anything."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

CHOICES: dict[str, tuple[str, ...]] = {
    "theme": ("dark", "light", "contrast"),
    "language": ("auto", "en", "pl"),
    "signs": ("auto", "unicode", "ascii"),
    "motion": ("full", "reduced"),
    "reading": ("screen", "aloud"),
}
"""What each setting may be; the first one is what it is before anybody chose."""
EXPLAINED = {
    "theme": "Colours: dark, light, or high contrast. NO_COLOR in the environment takes all colours away",
    "language": "The words of the desk: as the computer says (auto), English or Polish",
    "signs": "Signs of states: as the terminal can (auto), always drawn, or plain letters",
    "motion": "Scrolling and blinking: as usual, or none",
    "reading": "For a screen reader choose aloud: lists in place of grids, no frames, one line that says where you are",
}
KEYS = "keys."
"""Begins the name of a setting that gives an action other keys: `keys.review.approve`."""
LONGEST = 64_000
"""Bytes of the file that are read: nobody writes more by hand."""
_ACTION = re.compile(r"[a-z_]+(\.[a-z0-9_]+)+")


class SettingsError(ValueError):
    """A setting that cannot be; says which, and what it may be."""


@dataclass(frozen=True, slots=True)
class DeskSettings:
    """One person's choices."""

    theme: str = "dark"
    language: str = "auto"
    signs: str = "auto"
    motion: str = "full"
    reading: str = "screen"
    keys: Mapping[str, str] = field(default_factory=dict)
    """Action → its keys, separated by commas; actions that are not named keep theirs."""

    def value(self, name: str) -> str:
        """What a setting is; for an action's keys empty when they are its own."""
        if name.startswith(KEYS):
            return self.keys.get(name.removeprefix(KEYS), "")
        _known(name)
        return str(getattr(self, name))

    def with_value(self, name: str, value: str) -> DeskSettings:
        """The same with another value. Raises SettingsError."""
        if name.startswith(KEYS):
            return replace(self, keys={**self.keys, _action(name): _keys(name, value)})
        _known(name)
        if value not in CHOICES[name]:
            raise SettingsError(f"{name} can be {', '.join(CHOICES[name])}, not “{value}”")
        return replace(self, **{name: value})  # type: ignore[arg-type]  # one of CHOICES, all of them text

    def without(self, name: str) -> DeskSettings:
        """The same with one setting as it was before anybody chose. Raises SettingsError."""
        if name.startswith(KEYS):
            return replace(self, keys={action: keys for action, keys in self.keys.items() if action != _action(name)})
        _known(name)
        return replace(self, **{name: CHOICES[name][0]})  # type: ignore[arg-type]  # as above


def _known(name: str) -> None:
    if name not in CHOICES:
        raise SettingsError(f"there is no setting “{name}”; there are {', '.join(CHOICES)}, and keys.ACTION")


def _action(name: str) -> str:
    action = name.removeprefix(KEYS)
    if not _ACTION.fullmatch(action):
        raise SettingsError(f"“{action}” is no action; docs/keys.md lists them with their names")
    return action


def _keys(name: str, value: str) -> str:
    keys = [key.strip() for key in value.split(",")] if value != "," else [","]
    if not all(keys) or any(len(key) > 30 or not key.isprintable() or '"' in key for key in keys):
        raise SettingsError(f"{name} is one key, or several separated by commas, such as ctrl+y or f6")
    return ",".join(keys)


# ── the file ──


def settings_path(environment: Mapping[str, str] | None = None) -> Path:
    """`DAYPART_DESK_SETTINGS`, else where this person keeps settings of programs."""
    known = os.environ if environment is None else environment
    if known.get("DAYPART_DESK_SETTINGS"):
        return Path(known["DAYPART_DESK_SETTINGS"]).expanduser()
    home = Path(known["XDG_CONFIG_HOME"]) if known.get("XDG_CONFIG_HOME") else Path(known.get("HOME") or "~").expanduser() / ".config"
    return home / "daypart" / "desk.toml"


@dataclass(frozen=True, slots=True)
class ReadSettings:
    """What the file says, and what in it could not be used, as one sentence."""

    settings: DeskSettings
    trouble: str = ""


def read_settings(path: Path) -> ReadSettings:
    """Never raises: what cannot be read is as if nobody had chosen, and is said."""
    try:
        with path.open("rb") as file:
            raw = file.read(LONGEST + 1)
    except FileNotFoundError:
        return ReadSettings(DeskSettings())
    except OSError as error:
        return ReadSettings(DeskSettings(), f"{path} cannot be read ({error.strerror}); the usual settings are used")
    if len(raw) > LONGEST:
        return ReadSettings(DeskSettings(), f"{path} is longer than {LONGEST:,} bytes; the usual settings are used")
    import tomllib  # deferred: most people choose nothing, and the first frame does not wait for it

    try:
        said = tomllib.loads(raw.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        reason = str(error).splitlines()[0][:120]
        return ReadSettings(DeskSettings(), f"{path} is no good TOML ({reason}); mend it or delete it, the usual settings are used")
    return _understood(path, said)


def _understood(path: Path, said: Mapping[str, object]) -> ReadSettings:
    """One wrong line costs that line only."""
    settings, wrong = DeskSettings(), list[str]()
    keys = said.get("keys", {})
    lines = {name: value for name, value in said.items() if name != "keys"}
    if isinstance(keys, Mapping):
        lines |= {f"{KEYS}{name}": value for name, value in keys.items()}
    else:
        wrong.append("keys is a table")
    for name, value in lines.items():
        try:
            settings = settings.with_value(name, value) if isinstance(value, str) else _no_text(name)
        except SettingsError as error:
            wrong.append(str(error))
    return ReadSettings(settings, f"{path}: {wrong[0]}" + (f" (and {len(wrong) - 1} more)" if wrong[1:] else "") if wrong else "")


def _no_text(name: str) -> DeskSettings:
    raise SettingsError(f"{name} is a word in quotation marks")


def write_settings(path: Path, settings: DeskSettings) -> None:
    """Whole or not at all. A file that could not be read before is kept beside, with `.old`. Raises OSError."""
    from config.whole_file import write_whole  # deferred: only where something is chosen

    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and read_settings(path).trouble:
        path.replace(path.with_name(f"{path.name}.old"))
    write_whole(path, as_toml(settings).encode(), mode=0o600)


def as_toml(settings: DeskSettings) -> str:
    """Only what somebody chose."""
    chosen = {name: settings.value(name) for name in CHOICES if settings.value(name) != CHOICES[name][0]}
    lines = ["# How you like the desk of daypart; `daypart settings` shows and changes it.", *(_line(*pair) for pair in chosen.items())]
    if settings.keys:
        lines += ["", "[keys]", *(_line(*pair) for pair in sorted(settings.keys.items()))]
    return "\n".join(lines) + "\n"


def _line(name: str, value: str) -> str:
    return f"{name if name.isidentifier() else json.dumps(name)} = {json.dumps(value, ensure_ascii=False)}"
