"""Links, accounts and quotations in a text, also in the disguises a model or an attacker may use."""

from __future__ import annotations

from collections.abc import Iterable

import regex

from drafting.folding import compatible, contains_words, folded_words

_ENDINGS = (
    "com|net|org|info|biz|io|co|me|app|dev|ai|shop|store|online|site|page|link|club|top|xyz|live|news|blog|cafe|coffee|bar|pub|restaurant|"
    "example|test|invalid|eu|uk|us|ca|au|nz|de|at|ch|pl|cz|sk|fr|es|pt|it|nl|be|lu|ie|se|no|dk|fi|is|ee|lv|lt|ua|ro|bg|hu|hr|si|rs|gr|tr|ru|"
    "cn|jp|kr|in|br|mx|ar|za|ly|gl|gg|to|tv|fm|sh|cc|ws|la|ms|im|st|be"
)
_LINK = regex.compile(
    rf"""(?<![\w@]) (?: [a-z][a-z0-9+.-]{{1,15}}://[^\s<>"”»]+
      | (?:mailto|javascript|tel|sms|hxxps?):[^\s<>"”»]+
      | [\w.+-]+@[\w-]+(?:\.[\w-]+)+
      | www\.[^\s<>"”»]+
      | (?<![.-]) (?:[\w-]+\.)+(?:{_ENDINGS})\b(?:[/?#][^\s<>"”»]*)?
      | [\w-]+ \s* (?:[\[(\{{]\s*(?:\.|dot|kropka|punkt)\s*[\])\}}]|\sdot\s) \s* (?:{_ENDINGS})\b(?:/\S*)? )""",
    regex.VERBOSE | regex.IGNORECASE,
)
_HANDLE = regex.compile(r"(?<![\w/.])@([\p{L}\p{N}_][\w.-]*(?:@[\w-]+(?:\.[\w-]+)+)?)")
_AFTER = ".,;:!?'\"…“”‘’»)]}*_"
_QUOTES = regex.compile(
    r"“([^“”\n]{1,400})[”“]|„([^„”“\n]{1,400})[”“\"]|«([^«»\n]{1,400})»|»([^«»\n]{1,400})«|(?<![\p{L}\p{N}])\"([^\"\n]{1,400})\"|‘([^‘’\n]{3,400})’(?!\w)"
)


def links_in(text: str) -> list[str]:
    """Everything that is an address or may be read as one, e-mail included."""
    return [match.group().rstrip(_AFTER) for match in _LINK.finditer(compatible(text))]


def foreign_links(text: str, allowed: Iterable[str]) -> list[str]:
    """Links that are neither one of these nor the bare host of one."""
    known: set[str] = set()
    for link in allowed:
        plain = _plain(link)
        known |= {plain, plain.partition("/")[0].partition("?")[0]}
    return [link for link in links_in(text) if _plain(link) not in known]


def handles_in(text: str) -> list[str]:
    """Accounts, without the first sign @."""
    return [match[1].rstrip(".-_") or match[1] for match in _HANDLE.finditer(without_links(text))]


def foreign_handles(text: str, allowed: Iterable[str]) -> list[str]:
    """Accounts that are none of these; the server may be left out."""
    known: set[str] = set()
    for handle in allowed:
        plain = compatible(handle).strip().lstrip("@").casefold()
        known |= {plain, plain.partition("@")[0]}
    return [f"@{handle}" for handle in handles_in(text) if handle.casefold() not in known]


def without_links(text: str) -> str:
    """The text with a space for each link."""
    return str(_LINK.sub(" ", compatible(text)))


def without_addresses(text: str) -> str:
    """The text with a space for each link and account."""
    return str(_HANDLE.sub(" ", without_links(text)))


def quotes_in(text: str) -> list[str]:
    """What stands in quotation marks."""
    return [next(group for group in match.groups() if group is not None) for match in _QUOTES.finditer(text)]


def invented_quotes(text: str, sources: Iterable[tuple[str, ...]]) -> list[str]:
    """Quotations whose words stand in none of the sources (given as folded words)."""
    known = list(sources)
    return [
        quote for quote in quotes_in(text) if (said := folded_words(quote)) and not any(contains_words(source, said) for source in known)
    ]


def _plain(link: str) -> str:
    """A link as it is compared: without scheme, `www.`, the slash at the end and the case of its host."""
    bare = regex.sub(r"^(?:https?://)?(?:www\.)?", "", compatible(link).strip().rstrip(_AFTER), flags=regex.IGNORECASE)
    host, slash, path = bare.partition("/")
    return f"{host.casefold()}{slash}{path}".rstrip("/")
