"""The archive's index.html: opens from a disk in any browser, without a network; no script, nothing of others is markup."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from scheduler.export.entries import Act, Entry, File
from scheduler.when import when_words

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:46rem;padding:1.5rem;color:#1c2024;background:#fbfaf7}
h1{font-size:1.5rem;margin:0 0 .25rem}h2{font-size:1.15rem;margin:2rem 0 .5rem;border-bottom:2px solid #ccc}
article{background:#fff;border:1px solid #d9d6cf;border-radius:.5rem;padding:1rem;margin:1rem 0}
header p,footer p{margin:0;color:#59626c;font-size:.9rem}.text{white-space:pre-wrap;overflow-wrap:anywhere;margin:.75rem 0}
img,video{max-width:100%;height:auto;border-radius:.25rem}figure{margin:.75rem 0}figcaption{color:#59626c;font-size:.9rem}
.part{border-left:3px solid #d9d6cf;padding-left:.75rem;margin:.75rem 0}code{overflow-wrap:anywhere;font-size:.8rem}
a{color:#0b5cad}@media print{article{break-inside:avoid}}
@media(prefers-color-scheme:dark){body{background:#12161a;color:#e6e9ec}article{background:#181d22;border-color:#444}a{color:#79bcff}
header p,footer p,figcaption{color:#9aa5b1}}
"""
_POLICY = "script-src 'none'; object-src 'none'; connect-src 'none'; frame-src 'none'; base-uri 'none'; form-action 'none'"
_KINDS = {"comment": "First comment", "part": "Part"}


def page(entries: Sequence[Entry], missing: frozenset[str], *, title: str, tz: str, now: int) -> str:
    """The whole page, newest first, a part per client."""
    return "\n".join(_lines(entries, missing, title, tz, now)) + "\n"


def _lines(entries: Sequence[Entry], missing: frozenset[str], title: str, tz: str, now: int) -> Iterator[str]:
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    yield '<meta name="referrer" content="no-referrer">'
    yield f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>"
    count = f"{len(entries):,} post{'s' * (len(entries) != 1)}"
    yield f"<h1>{escape(title)}</h1>\n<p>{count}, saved {escape(when_words(now, tz))}. Times are in {escape(tz)}."
    yield 'The proofs are also in <a href="receipts.json">receipts.json</a>, for programs.</p>'
    if missing:
        yield f"<p><strong>{len(missing)} files are not here any more</strong>; their places say so.</p>"
    if not entries:
        yield "<p>Nothing has been published yet.</p>"
    for name in dict.fromkeys(entry.client_name for entry in entries):
        yield f"<h2>{escape(name)}</h2>"
        for entry in reversed([entry for entry in entries if entry.client_name == name]):
            yield from _entry(entry, missing, tz)
    yield "</body>\n</html>"


def _entry(entry: Entry, missing: frozenset[str], tz: str) -> Iterator[str]:
    yield "<article>"
    where = f"{entry.platform_name} · {entry.account}"
    yield f"<header><p><strong>{escape(entry.client_name)}</strong> · {escape(where)} · {escape(when_words(entry.at, tz))}</p></header>"
    for number, act in enumerate(entry.acts):
        yield from _act(act, missing, first=number == 0)
    by = f"Approved by {entry.approved_by}, {when_words(entry.approved_at, tz)}" if entry.approved_by else "No approval is on record"
    behalf = f" (for the client: “{entry.on_behalf}”)" if entry.on_behalf else ""
    told = f" · told to readers: {entry.told}" if entry.told else ""
    yield f"<footer><p>{escape(by + behalf)}</p><p>AI: {escape(entry.ai + told)}</p><p><code>{escape(entry.digest)}</code></p></footer>"
    yield "</article>"


def _act(act: Act, missing: frozenset[str], *, first: bool) -> Iterator[str]:
    yield "<div>" if first else f'<div class="part"><p>{_KINDS.get(act.kind, "Part")}</p>'
    yield f'<div class="text" dir="auto">{escape(act.text)}</div>'
    for file in act.files:
        yield from _file(file, missing)
    if act.url and act.url.startswith(("https://", "http://")):
        yield f'<p><a href="{escape(act.url)}" rel="noopener noreferrer">{escape(act.url)}</a></p>'
    yield "</div>"


def _file(file: File, missing: frozenset[str]) -> Iterator[str]:
    alt = escape(file.alt)
    if file.sha256 in missing:
        yield f"<figure><figcaption>The file {escape(file.name or file.sha256[:12])} is not here any more. {alt}</figcaption></figure>"
        return
    shown = f'<video controls preload="none" src="{file.path}"></video>' if file.mime.startswith("video/") else ""
    picture = shown or f'<img src="{file.path}" alt="{alt}" loading="lazy">'
    yield f"<figure>{picture}<figcaption>{alt or 'no alt text'}</figcaption></figure>"
