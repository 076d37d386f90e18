"""The page of everything published, newest first, with pictures and AI labels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from html import escape

from sandbox.ledger import Entry

_STYLE = """
:root{color-scheme:light dark;--paper:#faf8f4;--card:#fff;--ink:#22201c;--soft:#6d675e;--line:#e4dfd6;--accent:#8a5a2b}
@media (prefers-color-scheme:dark){:root{--paper:#191816;--card:#22211e;--ink:#ece8e1;--soft:#a39c91;--line:#35332f;--accent:#d9a066}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
header,main{max-width:44rem;margin:auto;padding:1.25rem}
h1{font-size:1.3rem;margin:0}
header p{margin:.2rem 0 0;color:var(--soft)}
article{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:1rem;margin:0 0 1rem}
.who{display:flex;flex-wrap:wrap;gap:.3rem .8rem;color:var(--soft);font-size:.85rem;margin-bottom:.6rem}
.who b{color:var(--accent)}
.text{white-space:pre-wrap;overflow-wrap:anywhere;margin:0}
.media{display:grid;grid-template-columns:repeat(auto-fit,minmax(12rem,1fr));gap:.5rem;margin-top:.8rem}
figure{margin:0}
img,video{width:100%;max-height:26rem;object-fit:cover;border-radius:.4rem;display:block}
figcaption{font-size:.8rem;color:var(--soft);margin-top:.2rem}
.label{border:1px solid var(--accent);color:var(--accent);border-radius:1rem;padding:0 .6rem}
a{color:inherit}
.gone{opacity:.5}
"""


IsFilm = Callable[[str], bool]
"""Whether the file with this SHA-256 moves."""


def page(entries: Sequence[Entry], is_film: IsFilm) -> str:
    """The whole page."""
    posts = "\n".join(_article(entry, is_film) for entry in reversed(entries)) or "<p>Nothing has been published here yet.</p>"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>sandbox: {len(entries)} published</title><style>{_STYLE}</style></head><body>"
        f"<header><h1>sandbox</h1><p>{len(entries)} posts, published to stand-ins on this computer. Nothing here left it.</p></header>"
        f"<main>{posts}</main></body></html>"
    )


def _article(entry: Entry, is_film: IsFilm) -> str:
    gone = ' class="gone"' if entry.flags.get("deleted") else ""
    return f"<article{gone}>{_who(entry)}<p class=text>{escape(entry.text)}</p>{_media(entry, is_film)}</article>"


def _who(entry: Entry) -> str:
    moment = datetime.fromtimestamp(entry.at / 1_000_000, UTC)
    posted = f'<a href="{escape(entry.url)}">{moment:%a %d %b %Y, %H:%M:%S} UTC</a>'
    parts = [f"<b>{escape(entry.platform)}</b>", escape(entry.account), escape(entry.kind), posted]
    if entry.reply_to:
        parts.append("answers another post")
    spans = "".join(f"<span>{part}</span>" for part in parts)
    return f'<div class="who">{spans}{_labels(entry)}</div>'


def _labels(entry: Entry) -> str:
    labels: list[str] = []
    if entry.flags.get("is_ai_generated"):
        labels.append("AI info")
    if entry.flags.get("deleted"):
        labels.append("deleted since")
    for name in ("spoiler_text", "visibility", "labels"):
        value = entry.flags.get(name)
        if value and value != "public":
            labels.append(f"{name.replace('_text', '')}: {value}")
    return "".join(f'<span class="label">{escape(label)}</span>' for label in labels)


def _media(entry: Entry, is_film: IsFilm) -> str:
    if not entry.media:
        return ""
    alts = [*entry.alt, *[""] * len(entry.media)]
    figures = "".join(_figure(sha, alt, is_film(sha)) for sha, alt in zip(entry.media, alts, strict=False))
    return f'<div class="media">{figures}</div>'


def _figure(sha: str, alt: str, film: bool) -> str:
    said = escape(alt, quote=True)
    if film:
        shown = f'<video src="/_media/{sha}" aria-label="{said}" controls muted preload="metadata"></video>'
    else:
        shown = f'<img src="/_media/{sha}" alt="{said}" loading="lazy">'
    return f"<figure>{shown}{f'<figcaption>{said}</figcaption>' if alt else ''}</figure>"
