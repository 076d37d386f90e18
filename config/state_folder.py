"""Where the state lives: `.daypart/` beside daypart.yaml or DAYPART_STATE; private, not in git, on a disk that keeps its word."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Mapping
from pathlib import Path

FOLDER = ".daypart"
_SYNCED_NAMES = (
    "dropbox",
    "onedrive",
    "google drive",
    "googledrive",
    "my drive",
    "icloud drive",
    "mobile documents",
    "nextcloud",
    "pclouddrive",
    "pcloud drive",
    "owncloud",
    "box sync",
)
_SYNC_MARKS = (".stfolder", ".dropbox", ".dropbox.cache", ".owncloudsync.log", ".sync_journal.db", ".tmp.drivedownload")
_NETWORK = frozenset((
    "nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "afpfs", "afs", "ncpfs", "9p", "davfs", "webdav", "ceph", "glusterfs",
    "lustre", "gpfs", "beegfs", "ocfs2", "gfs2", "vboxsf", "prl_fs", "fuse.sshfs", "fuse.s3fs", "fuse.rclone", "fuse.gcsfuse",
    "fuse.davfs", "fuse.ceph", "fuse.glusterfs", "fuse.vmhgfs-fuse",
))  # fmt: skip


class StateFolderError(Exception):
    """The state cannot be kept there. `str()` is a sentence; `hint` says what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


def state_folder(root: Path, environ: Mapping[str, str] = os.environ) -> Path:
    """Where the state of a workspace lives; not made, not checked. Raises StateFolderError for a relative DAYPART_STATE."""
    said = environ.get("DAYPART_STATE")
    if not said:
        return root / FOLDER
    folder = Path(said).expanduser()
    if not folder.is_absolute():
        raise StateFolderError(f"DAYPART_STATE is '{said}', which is not an absolute path", "write it from the root: /home/…")
    return folder


def open_state_folder(folder: Path) -> Path:
    """The folder, made where it is missing, private, ignored by git. Raises StateFolderError where it must not be."""
    refuse_bad_place(folder)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make_private(folder)
        ignore = folder / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="utf-8")
    except FileExistsError as error:
        raise StateFolderError(f"{folder} is not a folder", "move that file away") from error
    except OSError as error:
        why = (error.strerror or "error").lower()
        raise StateFolderError(f"{folder} cannot be used: {why}", "DAYPART_STATE=/another/folder moves the state elsewhere") from error
    return folder


def _make_private(folder: Path) -> None:
    facts = folder.stat()
    if hasattr(os, "getuid") and facts.st_uid != os.getuid() and os.getuid() != 0:
        raise StateFolderError(f"{folder} belongs to somebody else", "DAYPART_STATE=/another/folder moves the state elsewhere")
    if stat.S_IMODE(facts.st_mode) & 0o077:
        folder.chmod(0o700)


def refuse_bad_place(folder: Path, mounts: str | None = None) -> None:
    """Network file systems break the locks, sync folders copy a live database. Raises StateFolderError."""
    real = Path(os.path.realpath(folder))
    service = synced_by(real)
    if service is not None:
        raise StateFolderError(f"{folder} is in a folder that {service} copies", _ELSEWHERE)
    kind = file_system(real, mounts)
    if kind in _NETWORK:
        raise StateFolderError(f"{folder} is on a network file system ({kind})", _ELSEWHERE)


_ELSEWHERE = "DAYPART_STATE=/a/folder/on/this/computer keeps the state there; the files may stay"


def synced_by(folder: Path) -> str | None:
    """The service that copies a folder to other computers, as far as names and marks tell."""
    for parent in (folder, *folder.parents):
        name = parent.name.casefold()
        known = next((sign for sign in _SYNCED_NAMES if name == sign or name.startswith((f"{sign} ", f"{sign}-", f"{sign} ("))), None)
        if known is not None:
            return "iCloud" if known in ("mobile documents", "icloud drive") else parent.name
        mark = next((sign for sign in _SYNC_MARKS if (parent / sign).exists()), None)
        if mark is not None and not (mark == ".dropbox" and parent == Path.home()):
            return "Syncthing" if mark == ".stfolder" else f"a sync service ({mark})"
    return None


def file_system(folder: Path, mounts: str | None = None) -> str:
    """The kind of file system a folder is on; empty where the system does not tell."""
    if mounts is None:
        mounts = _mount_table()
    best, kind = "", ""
    for line in mounts.splitlines():
        fields = line.split()
        if len(fields) < 3:
            continue
        point = fields[1].encode().decode("unicode_escape", errors="replace")
        inside = str(folder) == point or str(folder).startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, fields[2]
    return kind


def _mount_table() -> str:
    try:
        return Path("/proc/self/mounts").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return _mounts_of_macos() if sys.platform == "darwin" else ""


def _mounts_of_macos() -> str:
    """`mount` prints `//server/share on /Volumes/share (smbfs, nodev)`."""
    import re
    import subprocess

    try:
        said = subprocess.run(["/sbin/mount"], capture_output=True, text=True, timeout=5, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""
    found = re.findall(r"^(.+) on (.+) \((\w+)", said, re.MULTILINE)
    return "\n".join(f"{what.replace(' ', '_')} {point.replace(' ', chr(92) + '040')} {kind}" for what, point, kind in found)
