"""Finds a workspace, reads everything in it, and resolves it to deliveries with all that is wrong."""

from __future__ import annotations

import os
from pathlib import Path

from config.brand import Brand
from config.collecting import collection_paused
from config.diagnostics import Diagnostic, diagnostic, in_order, shown_path
from config.distances import check_distances, check_paces
from config.document import Document
from config.loaded import Loaded, ResolvedCampaign, Skipped
from config.media import remember_from, remember_in
from config.nearest import did_you_mean
from config.notices import holds_secret, unknown_clients
from config.options import OPTIONS
from config.pictures import Pictures
from config.reading import CampaignFiles, Reader
from config.resolved import Place, ResolvedPost
from config.resolving import Resolver
from config.schedules import Scheduling
from config.state_folder import FOLDER, StateFolderError, state_folder
from config.workspace import Workspace

WORKSPACE_FILE = "daypart.yaml"
MEDIA_MEMORY = "media.json"
"""In the state folder: what media files measured, so that thousands need not be read again."""


class NoWorkspaceError(Exception):
    """There is no daypart.yaml in a folder or above it."""


def load(root: Path, now: int) -> Loaded:
    """All files of the workspace at `root`, seen at `now` (UTC microseconds). Mistakes are in `diagnostics`, never raised.

    Raises NoWorkspaceError when there is no daypart.yaml at all.
    """
    root = Path(os.path.abspath(root))
    if not (root / WORKSPACE_FILE).is_file():
        raise NoWorkspaceError(f"there is no {WORKSPACE_FILE} in {root}")
    with collection_paused():
        memory = _memory(root)
        remember_from(memory)
        loaded = _Loading(root, now).load()
        remember_in(memory, root)
        return loaded


def _memory(root: Path) -> Path:
    try:
        return state_folder(root) / MEDIA_MEMORY
    except StateFolderError:  # said where the state is opened; reading files does not need it
        return root / FOLDER / MEDIA_MEMORY


class _Loading:
    """One pass over the files."""

    def __init__(self, root: Path, now: int) -> None:
        self.root = root
        self.now = now
        self.reader = Reader(root)
        self.found: list[Diagnostic] = self.reader.found
        self.campaigns: dict[str, ResolvedCampaign] = {}
        self.posts: list[ResolvedPost] = []
        self.skipped: list[Skipped] = []
        self.unsupported: list[str] = []

    def load(self) -> Loaded:
        read = self.reader.workspace()
        brands = self.reader.brands()
        files = self.reader.campaigns()
        workspace = Workspace(version=1, timezone="UTC")
        if read is not None:  # with a broken daypart.yaml every reference would be wrong: one mistake, one error
            workspace, document = read
            self._check_workspace(workspace, document)
            spoken = {*workspace.languages(), *(tag for campaign in files for tag in campaign.model.languages)}
            pictures = Pictures(self.root, spoken, self.found)
            for campaign in files:
                self._campaign(campaign, workspace, brands, pictures)
            self.found += check_distances(self.posts, self.campaigns)
            self.found += check_paces(self.posts, workspace, self.now)
        return Loaded(
            root=self.root,
            workspace=workspace,
            brands=brands,
            campaigns=self.campaigns,
            posts=tuple(self.posts),
            skipped=tuple(self.skipped),
            unsupported=tuple(self.unsupported),
            diagnostics=in_order(self.found),
            digest=self.reader.digest,
            post_count=sum(len(campaign.posts) for campaign in files),
        )

    def _campaign(self, files: CampaignFiles, workspace: Workspace, brands: dict[str, Brand], pictures: Pictures) -> None:
        folder = files.folder.relative_to(self.root).as_posix()
        campaign = Scheduling(files, workspace, self.found).resolve(brands, folder)
        first = self.campaigns.setdefault(campaign.id, campaign)
        if first is not campaign:
            where = shown_path(first.file, self.root)
            self.found.append(diagnostic("E306", campaign.place, f"there are two campaigns '{campaign.id}'", f"the other is {where}"))
            return
        if campaign.status == "archived":  # its media may be long gone
            return
        resolver = Resolver(files, campaign, workspace, pictures, self.now, self.found)
        posts = resolver.posts()
        if campaign.status != "draft":
            self.posts += posts
            self.skipped += resolver.skipped
            self.unsupported += resolver.unsupported

    def _check_workspace(self, workspace: Workspace, document: Document) -> None:
        for name, account in workspace.accounts.items():
            if account.platform not in OPTIONS:
                message = f"there is no adapter for '{account.platform}' yet"
                hint = f"posts for '{name}' are checked and never planned"
                self.found.append(diagnostic("W305", document.place("accounts", name, "platform"), message, hint))
        owners: dict[str, str] = {}
        for client, entry in workspace.clients.items():
            for number, account_name in enumerate(entry.accounts):
                self._check_owner(workspace, document.place("clients", client, "accounts", number), account_name, client, owners)
            if entry.brand is not None and not (self.root / entry.brand).is_file():
                place = document.place("clients", client, "brand")
                self.found.append(
                    diagnostic("E308", place, f"there is no brand '{entry.brand}'", "the path is from daypart.yaml: brands/name.yaml")
                )

        self._check_notices(workspace, document)

    def _check_notices(self, workspace: Workspace, document: Document) -> None:
        for number, target in enumerate(workspace.notices.to):
            for at, name in unknown_clients(target, workspace.clients):
                place = document.place("notices", "to", number, "for", at)
                self.found.append(diagnostic("E314", place, f"unknown client '{name}'", *did_you_mean(name, workspace.clients, "clients")))
            if target.url is not None and holds_secret(target.url):
                place = document.key_place("notices", "to", number, "url")
                hint = "write url_env: DAYPART_NOTICE_URL, and the address into that environment variable"
                self.found.append(diagnostic("W211", place, "the address shows a password or token to everybody who reads this file", hint))

    def _check_owner(self, workspace: Workspace, place: Place, account: str, client: str, owners: dict[str, str]) -> None:
        if account not in workspace.accounts:
            hints = did_you_mean(account, workspace.accounts, "accounts")
            self.found.append(diagnostic("E302", place, f"unknown account '{account}'", *hints))
            return
        owner = owners.setdefault(account, client)
        if owner != client:
            message = f"the account '{account}' belongs to '{owner}' already"
            self.found.append(diagnostic("E309", place, message, "an account belongs to one client"))
