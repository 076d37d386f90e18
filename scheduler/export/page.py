"""The archive's index.html: opens from a disk in any browser, without a network; no script, nothing of others is markup."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from scheduler.export.entries import Act, Entry, File
from scheduler.when import dated_words

_STYLE = """
:root{color-scheme:light dark;--ink:#1c2024;--quiet:#59626c;--page:#fbfaf7;--sheet:#fff;--line:#d9d6cf;--link:#0b5cad}
@media(prefers-color-scheme:dark){:root{--ink:#e6e9ec;--quiet:#9aa5b1;--page:#12161a;--sheet:#181d22;--line:#3c444c;--link:#79bcff}}
*{box-sizing:border-box}body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:46rem;padding:1.25rem 1rem 3rem;color:var(--ink);
background:var(--page);overflow-wrap:anywhere}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 .25rem}h2{font-size:1.15rem;margin:2.5rem 0 .5rem;border-bottom:2px solid var(--line)}
article{background:var(--sheet);border:1px solid var(--line);border-radius:.5rem;padding:1rem;margin:1rem 0}
header p,footer p{margin:0;color:var(--quiet);font-size:.9rem}footer{border-top:1px solid var(--line);padding-top:.5rem;margin-top:.75rem}
.text{white-space:pre-wrap;margin:.75rem 0}figure{margin:.75rem 0}figcaption{color:var(--quiet);font-size:.9rem}
img,video{display:block;max-width:100%;max-height:34rem;height:auto;border-radius:.25rem}
.part{border-left:3px solid var(--line);padding-left:.75rem;margin:.75rem 0}.part>p:first-child{color:var(--quiet);font-size:.9rem;margin:0}
code{font-size:.8rem}a{color:var(--link)}
@media print{:root{color-scheme:light;--ink:#000;--quiet:#333;--page:#fff;--sheet:#fff;--line:#999;--link:#000}
body{font-size:10.5pt;padding:0}article{break-inside:avoid-page}h2{break-after:avoid}img,video{max-height:9cm}}
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
    yield f"<h1>{escape(title)}</h1>\n<p>{count}, saved {escape(dated_words(now, tz))}. Times are in {escape(tz)}."
    yield 'The proofs are also in <a href="receipts.json">receipts.json</a>, for programs.</p>'
    if missing:
        yield f"<p><strong>{missing_words(len(missing))}</strong>; where they stood, it says so.</p>"
    if not entries:
        yield "<p>Nothing has been published yet.</p>"
    for name in dict.fromkeys(entry.client_name for entry in entries):
        yield f"<h2><bdi>{escape(name)}</bdi></h2>"
        for entry in reversed([entry for entry in entries if entry.client_name == name]):
            yield from _entry(entry, missing, tz)
    yield "</body>\n</html>"


def missing_words(count: int) -> str:
    """How many files could not be taken along."""
    return "1 file is not here any more" if count == 1 else f"{count} files are not here any more"


def _entry(entry: Entry, missing: frozenset[str], tz: str) -> Iterator[str]:
    yield "<article>"
    where = f"{entry.platform_name} · {entry.account}"
    whose = f"<strong><bdi>{escape(entry.client_name)}</bdi></strong> · <bdi>{escape(where)}</bdi>"
    yield f"<header><p>{whose} · {escape(dated_words(entry.at, tz))}</p></header>"
    for number, act in enumerate(entry.acts):
        yield from _act(act, missing, first=number == 0)
    by = f"Approved by {entry.approved_by}, {dated_words(entry.approved_at, tz)}" if entry.approved_by else "No approval is on record"
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
        name = escape(file.name or file.sha256[:12])
        yield f"<figure><figcaption>The file {name} is not here any more. <bdi>{alt}</bdi></figcaption></figure>"
        return
    shown = f'<video controls preload="metadata" src="{file.path}" aria-label="{alt}"></video>' if file.mime.startswith("video/") else ""
    picture = shown or f'<img src="{file.path}" alt="{alt}" loading="lazy">'
    yield f'<figure>{picture}<figcaption dir="auto">{alt or "no alt text"}</figcaption></figure>'
