"""The state folder: private, ignored, never on a network or in a folder that another program copies."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from config.state_folder import StateFolderError, file_system, open_state_folder, refuse_bad_place, state_folder, synced_by

MOUNTS = """/dev/vda / ext4 rw 0 0
server:/home /mnt/home nfs4 rw 0 0
//nas/share /mnt/My\\040Share cifs rw 0 0
me@host:/ /mnt/ssh fuse.sshfs rw 0 0
"""


def test_it_is_private_and_ignored(tmp_path: Path) -> None:
    folder = open_state_folder(tmp_path / ".daypart")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert (folder / ".gitignore").read_text() == "*\n"


def test_one_that_is_open_to_others_is_closed(tmp_path: Path) -> None:
    (tmp_path / ".daypart").mkdir(mode=0o755)
    (tmp_path / ".daypart").chmod(0o755)
    open_state_folder(tmp_path / ".daypart")
    assert stat.S_IMODE((tmp_path / ".daypart").stat().st_mode) == 0o700


def test_a_file_in_its_place(tmp_path: Path) -> None:
    (tmp_path / ".daypart").write_text("")
    with pytest.raises(StateFolderError):
        open_state_folder(tmp_path / ".daypart")


def test_where_it_is(tmp_path: Path) -> None:
    assert state_folder(tmp_path, {}) == tmp_path / ".daypart"
    assert state_folder(tmp_path, {"DAYPART_STATE": "/var/lib/daypart"}) == Path("/var/lib/daypart")
    with pytest.raises(StateFolderError):
        state_folder(tmp_path, {"DAYPART_STATE": "here"})


@pytest.mark.parametrize(
    ("folder", "kind"), [("/mnt/home/me/w", "nfs4"), ("/mnt/My Share/w", "cifs"), ("/mnt/ssh/w", "fuse.sshfs"), ("/home/me", "ext4")]
)
def test_the_kind_of_file_system(folder: str, kind: str) -> None:
    assert file_system(Path(folder), MOUNTS) == kind


def test_a_network_file_system_is_refused() -> None:
    with pytest.raises(StateFolderError) as caught:
        refuse_bad_place(Path("/mnt/home/me/.daypart"), MOUNTS)
    assert "nfs4" in str(caught.value)
    assert "DAYPART_STATE" in caught.value.hint
    refuse_bad_place(Path("/home/me/.daypart"), MOUNTS)


@pytest.mark.parametrize(
    ("parts", "service"),
    [
        ("Dropbox/w", "Dropbox"),
        ("Dropbox (Personal)/w", "Dropbox (Personal)"),
        ("OneDrive - Firm/w", "OneDrive - Firm"),
        ("Google Drive/w", "Google Drive"),
        ("Library/Mobile Documents/x/w", "iCloud"),
        ("work/w", None),
        ("dropbox-exporter.d/w", "dropbox-exporter.d"),
    ],
)
def test_folders_that_are_copied(tmp_path: Path, parts: str, service: str | None) -> None:
    assert synced_by(tmp_path / parts) == service


def test_syncthing_is_known_by_its_mark(tmp_path: Path) -> None:
    (tmp_path / ".stfolder").mkdir()
    assert synced_by(tmp_path / "a/b") == "Syncthing"
