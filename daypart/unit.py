"""The publishing service as a service of this person's own session: a systemd user unit or a launchd agent, never as root."""

from __future__ import annotations

import hashlib
import os
import plistlib
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from config.beginnings import slug_of
from scheduler.workspace import state_folder

KEPT = ("DAYPART_STATE", "DAYPART_KEY_FILE", "DAYPART_KEYRING")
"""Settings of this terminal that the service needs too; secrets stand in the file for them, never in a unit."""
_UNIT = """\
[Unit]
Description=daypart publishing service of {root}
StartLimitIntervalSec=0

[Service]
Type=notify
NotifyAccess=main
ExecStart={command}
WorkingDirectory={root}
EnvironmentFile=-%h/.config/daypart/environment
{environment}# it says every two seconds that it lives; a hung one is ended and started anew, and looks before it sends again
WatchdogSec=60
Restart=on-failure
RestartSec=10
# what has begun may end first
TimeoutStopSec=90
UMask=0077
NoNewPrivileges=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
SystemCallArchitectures=native

[Install]
WantedBy=default.target
"""


@dataclass(frozen=True, slots=True)
class Unit:
    """A file that starts the service with the computer, and the commands that make it known."""

    file: Path
    text: str
    begin: tuple[tuple[str, ...], ...]
    end: tuple[tuple[str, ...], ...]
    hint: str


def unit_for(root: Path, *, mac: bool | None = None, home: Path | None = None) -> Unit:
    """The unit of a workspace on this system."""
    mac = sys.platform == "darwin" if mac is None else mac
    home = home or Path.home()
    name = f"daypart-{slug_of(root.name)}-{hashlib.sha256(str(root).encode()).hexdigest()[:6]}"
    return _launchd(root, name, home) if mac else _systemd(root, name, home)


def command_of(root: Path) -> tuple[str, ...]:
    """What the service is started with."""
    return (sys.executable, "-m", "daypart", "--workspace", str(root), "daemon")


def _systemd(root: Path, name: str, home: Path) -> Unit:
    config = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    environment = "".join(f"Environment={quoted(f'{key}={value}')}\n" for key, value in _environment().items())
    command = " ".join(quoted(word).replace("$", "$$") for word in command_of(root))
    text = _UNIT.format(root=str(root).replace("%", "%%"), command=command, environment=environment)
    service = f"{name}.service"
    return Unit(
        config / "systemd" / "user" / service,
        text,
        (("systemctl", "--user", "daemon-reload"), ("systemctl", "--user", "enable", "--now", service)),
        (("systemctl", "--user", "disable", "--now", service),),
        "`loginctl enable-linger` lets it run also while you are not logged in; secrets it needs go into ~/.config/daypart/environment",
    )


def _launchd(root: Path, name: str, home: Path) -> Unit:
    file, log = home / "Library" / "LaunchAgents" / f"{name}.plist", str(state_folder(root) / "service.log")
    agent = {
        "Label": name,
        "ProgramArguments": list(command_of(root)),
        "WorkingDirectory": str(root),
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "ThrottleInterval": 10,
        "ExitTimeOut": 90,
        "Umask": 0o077,
        "ProcessType": "Background",
        "StandardErrorPath": log,
        "EnvironmentVariables": _environment(),
    }
    domain = f"gui/{os.getuid()}"
    return Unit(
        file,
        plistlib.dumps(agent).decode(),
        (("launchctl", "bootstrap", domain, str(file)),),
        (("launchctl", "bootout", f"{domain}/{name}"),),
        "it runs while you are logged in and the computer is awake",
    )


def _environment() -> dict[str, str]:
    return {name: os.environ[name] for name in KEPT if os.environ.get(name)}


def quoted(word: str) -> str:
    """One word of a unit's line: in quotes, specifiers and escapes taken literally."""
    plain = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("\n", "\\n").replace("\t", "\\t")
    return f'"{plain}"'


def write_unit(unit: Unit) -> None:
    """Put the file in its place. Raises OSError."""
    unit.file.parent.mkdir(parents=True, exist_ok=True)
    unit.file.write_text(unit.text, "utf-8")


def run_each(commands: Sequence[Sequence[str]]) -> str:
    """Run them one after the other; returns what went wrong with the first that failed, or nothing."""
    for command in commands:
        try:
            ended = subprocess.run(command, capture_output=True, text=True, timeout=120)
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"{' '.join(command)}: {error}"
        if ended.returncode:
            said = (ended.stderr or ended.stdout).strip().splitlines()
            return f"{' '.join(command)}: {said[0] if said else f'exit code {ended.returncode}'}"
    return ""
