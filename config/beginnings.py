"""The first daypart.yaml of somebody who has none, and accounts added to one or taken out of it: its comments stay."""

from __future__ import annotations

import json
import os
import re
import time
import unicodedata
import uuid
from collections.abc import Callable
from pathlib import Path

from config.document import Document, Node, YamlValue
from config.samples import local_zone, write_named
from config.source import Source, UnreadableFileError, decode
from config.splice import SpliceError, spliced
from config.whole_file import write_whole
from config.yaml_reader import read

PREFIX = {"bluesky": "bs", "mastodon": "ms", "instagram": "ig"}
"""How account names begin."""
_NOT_NAME = re.compile(r"[^a-z0-9]+")


def slug_of(name: str) -> str:
    """A short name for files: `Kawa Wrocław` → `kawa-wroclaw`."""
    plain = unicodedata.normalize("NFKD", name.replace("ł", "l").replace("Ł", "L")).encode("ascii", "ignore").decode().casefold()
    return _NOT_NAME.sub("-", plain).strip("-")[:24].strip("-") or "mine"


def language_here() -> str:
    """The language of this computer, as accounts name it."""
    said = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    found = re.match(r"([a-z]{2})[_.]", said)
    return found[1] if found else "en"


def account_name(name: str, platform: str) -> str:
    """`bs-kawa`."""
    return f"{PREFIX[platform]}-{slug_of(name)}"


def write_trial(folder: Path, name: str, sandbox_url: str) -> list[Path]:
    """A workspace whose two accounts are pretend ones. Raises FileExistsError, OSError."""
    return _begin("trial", folder, name, {"SANDBOX": sandbox_url.rstrip("/")})


def write_own(folder: Path, name: str, platform: str, handle: str, server: str = "") -> list[Path]:
    """A workspace with one real account. `server`: its own, where it is not the usual one. Raises FileExistsError, OSError."""
    whose = json.dumps(handle, ensure_ascii=False) + _server_words(server)
    words = {"ACCOUNT": account_name(name, platform), "PLATFORM": platform, "HANDLE": whose}
    return _begin("own", folder, name, words)


def _begin(sample: str, folder: Path, name: str, words: dict[str, str]) -> list[Path]:
    known = {"WORKSPACE_ID": f"w-{uuid.uuid4().hex[:16]}", "SLUG": slug_of(name), "NAME": json.dumps(name, ensure_ascii=False)}
    return write_named(sample, folder, time.time_ns() // 1_000, local_zone(), {**known, "LANGUAGE": language_here(), **words})


def add_account(file: Path, account: str, platform: str, handle: str, client: str | None, server: str = "", new_client: str = "") -> None:
    """One line more under `accounts`, and its name in its client's list; nothing else of the file changes. Raises SpliceError, OSError.

    `new_client`: the name of a client that is not there yet, who gets a line, too, with `client` as its short name."""
    _rewrite(file, lambda document: _with_account(document, account, platform, handle, client, server, new_client))


def name_server(file: Path, account: str, server: str) -> None:
    """Write which server an account is on, in place of the one named there or beside its handle. Raises SpliceError, OSError."""
    _rewrite(file, lambda document: _with_server(document, account, server))


def _with_server(document: Document, account: str, server: str) -> str:
    raw, path = document.source.text, ("accounts", account)
    if document.node((*path, "server"))[1] == len(path) + 1:
        return spliced(document, (*path, "server"), server)
    node, steps = document.node((*path, "handle"))
    if steps != len(path) + 1:
        raise SpliceError(f"{account} is written in another way")
    line = raw.rfind("\n", 0, node.start) + 1
    braces = raw[document.node(path)[0].start] == "{"
    indent = raw[line : len(raw) - len(raw[line:].lstrip())]
    words = _server_words(server) if braces else f"\n{indent}server: {json.dumps(server)}"
    changed = raw[: node.end] + words + raw[node.end :]
    if read(Source(document.source.file, changed)).value != _on_server(document.value, account, server):
        raise SpliceError("the server cannot be named there")
    return changed


def _on_server(value: YamlValue, account: str, server: str) -> YamlValue:
    assert isinstance(value, dict)
    accounts = value["accounts"]
    assert isinstance(accounts, dict)
    mine = accounts[account]
    assert isinstance(mine, dict)
    return {**value, "accounts": {**accounts, account: {**mine, "server": server}}}


def _server_words(server: str) -> str:
    return f", server: {json.dumps(server)}" if server else ""


def remove_account(file: Path, account: str) -> None:
    """The lines of an account, and its name in its client's list; nothing else of the file changes. Raises SpliceError, OSError."""
    _rewrite(file, lambda document: _without_account(document, account))


def _rewrite(file: Path, change: Callable[[Document], str]) -> None:
    data = file.read_bytes()
    try:
        changed = change(read(decode(file, data)))
    except UnreadableFileError as error:
        raise SpliceError(str(error)) from error
    mark = b"\xef\xbb\xbf" if data.startswith(b"\xef\xbb\xbf") else b""
    write_whole(file, mark + changed.encode())


def _without_account(document: Document, account: str) -> str:
    raw = document.source.text
    cuts = [_account_cut(document, account)]
    cuts += [_client_cut(document, client, account) for client in _clients_of(document.value, account)]
    changed = raw
    for start, end in sorted(cuts, reverse=True):
        changed = changed[:start] + changed[end:]
    if read(Source(document.source.file, changed)).value != _left(document.value, account):
        raise SpliceError("the account cannot be taken out there")
    return changed


def _account_cut(document: Document, account: str) -> tuple[int, int]:
    """Whole lines, from its name to its last word."""
    raw = document.source.text
    node, _ = document.node(("accounts",))
    if account not in node.keys or raw[node.start : node.start + 1] == "{":
        raise SpliceError("accounts stand in braces there")
    last = node.children[account].end
    end = raw.find("\n", last - 1 if raw[last - 1 : last] == "\n" else last)
    return raw.rfind("\n", 0, node.keys[account].start) + 1, len(raw) if end < 0 else end + 1


def _clients_of(value: YamlValue, account: str) -> list[str]:
    clients = value.get("clients") if isinstance(value, dict) else None
    return [name for name, one in (clients.items() if isinstance(clients, dict) else ()) if account in _listed(one)]


def _listed(client: YamlValue) -> tuple[YamlValue, ...]:
    listed = client.get("accounts") if isinstance(client, dict) else None
    return listed if isinstance(listed, tuple) else ()


def _client_cut(document: Document, client: str, account: str) -> tuple[int, int]:
    node = _bracketed(document, client)
    names = [node.children[number] for number in range(len(node.children))]
    at = next(number for number, child in enumerate(names) if child.value == account)
    if at > 0:
        return names[at - 1].end, names[at].end
    return names[0].start, names[1].start if len(names) > 1 else names[0].end


def _left(value: YamlValue, account: str) -> YamlValue:
    """What the file has to say afterwards."""
    assert isinstance(value, dict)
    accounts, after = value["accounts"], dict(value)
    assert isinstance(accounts, dict)
    after["accounts"] = {name: one for name, one in accounts.items() if name != account}
    clients = value.get("clients")
    if isinstance(clients, dict):
        after["clients"] = {name: _without(one, account) for name, one in clients.items()}
    return after


def _without(client: YamlValue, account: str) -> YamlValue:
    if not isinstance(client, dict) or account not in _listed(client):
        return client
    return {**client, "accounts": tuple(name for name in _listed(client) if name != account)}


def _with_account(
    document: Document, account: str, platform: str, handle: str, client: str | None, server: str, new_client: str = ""
) -> str:
    raw = document.source.text
    entry: dict[str, YamlValue] = {"platform": platform, "handle": handle, "languages": (language_here(),)}
    if server:
        entry["server"] = server
    edits = [_entry_edit(document, "accounts", account_line(account, platform, handle, server))]
    if client is not None and new_client:
        name = json.dumps(new_client, ensure_ascii=False)
        edits.append(_entry_edit(document, "clients", f"{client}: {{ name: {name}, accounts: [{account}] }}"))
    elif client is not None:
        edits.append(_client_edit(document, client, account))
    changed = raw
    for at, words in sorted(edits, reverse=True):
        changed = changed[:at] + words + changed[at:]
    if read(Source(document.source.file, changed)).value != _wanted(document.value, account, entry, client, new_client):
        raise SpliceError("the account cannot be added there")
    return changed


def account_line(account: str, platform: str, handle: str, server: str) -> str:
    """An account as the file has it."""
    whose = json.dumps(handle, ensure_ascii=False) + _server_words(server)
    return f"{account}: {{ platform: {platform}, handle: {whose}, languages: [{language_here()}] }}"


def _entry_edit(document: Document, under: str, line: str) -> tuple[int, str]:
    """After the last line of what stands under `accounts` or `clients`."""
    raw = document.source.text
    node, steps = document.node((under,))
    if steps == 0:
        return len(raw), f"{'' if raw.endswith(chr(10)) else chr(10)}{under}:\n  {line}\n"
    if raw[node.start : node.start + 1] == "{" or not node.children:
        raise SpliceError(f"{under} stand in braces there")
    first = next(iter(node.keys.values()))
    indent = first.start - (raw.rfind("\n", 0, first.start) + 1)
    last = max(child.end for child in node.children.values())
    at = raw.find("\n", last - 1 if raw[last - 1 : last] == "\n" else last)
    return (len(raw), f"\n{' ' * indent}{line}\n") if at < 0 else (at + 1, f"{' ' * indent}{line}\n")


def _client_edit(document: Document, client: str, account: str) -> tuple[int, str]:
    node = _bracketed(document, client)
    if not node.children:
        return node.start + 1, account
    return max(child.end for child in node.children.values()), f", {account}"


def _bracketed(document: Document, client: str) -> Node:
    """The list of a client's accounts."""
    node, steps = document.node(("clients", client, "accounts"))
    if steps != 3 or document.source.text[node.start : node.start + 1] != "[":
        raise SpliceError(f"the accounts of {client} are not written as a list in brackets")
    return node


def _wanted(value: YamlValue, account: str, entry: dict[str, YamlValue], client: str | None, new_client: str) -> YamlValue:
    assert isinstance(value, dict)
    clients, accounts = value.get("clients") or {}, value.get("accounts") or {}
    assert isinstance(clients, dict)
    assert isinstance(accounts, dict)
    after: dict[str, YamlValue] = {**value, "accounts": {**accounts, account: entry}}
    if client is not None and new_client:
        after["clients"] = {**clients, client: {"name": new_client, "accounts": (account,)}}
    elif client is not None:
        mine = clients[client]
        assert isinstance(mine, dict)
        listed = mine["accounts"]
        assert isinstance(listed, tuple)
        after["clients"] = {**clients, client: {**mine, "accounts": (*listed, account)}}
    return after
