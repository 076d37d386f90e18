"""The words of a client's review file, in English and Polish; dates as people say them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from config.times import from_micros
from scheduler.signoff.model import Language, Told


@dataclass(frozen=True, slots=True)
class Words:
    """One language of the file."""

    tag: Language
    days: tuple[str, ...]
    months: tuple[str, ...]
    title: str
    intro: str
    how: tuple[str, ...]
    contents: str
    nothing: str
    times: str
    made: str
    seal: str
    seal_hint: str
    not_ready: str
    approved: str
    more: str
    part: str
    comment: str
    alt: str
    no_alt: str
    picture_missing: str
    video: str
    seconds: str
    cover: str
    made_by_ai: str
    changed_by_ai: str
    link: str
    notes: str
    overview: str
    post: str
    account: str
    when: str
    right: str
    change: str
    name_and_date: str
    labels: dict[str, str]
    share: str
    line: str
    flag: str
    burned: str
    untold: str


ENGLISH = Words(
    tag="en",
    days=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    months=("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"),
    title="Posts to look at: {client}",
    intro="This is what will go out for {client}, as readers will see it. Nothing is published without your yes.",
    how=(
        "Right as it is? Send back its seal: the eight signs under it, for example by e-mail or message.",
        "Something to change? Say what, instead of the seal.",
        "A seal stands for exactly these words and pictures on this account. When one letter changes, it is void, and you get a new file.",
        "The day and time are not in the seal. If they do not suit you, say so.",
    ),
    contents="Contents",
    nothing="Nothing is planned for these days yet.",
    times="All times: {tz}.",
    made="Made on {when} by {workspace}.",
    seal="Seal",
    seal_hint="Right as it is? Send back this seal.",
    not_ready="Not ready for your answer yet. It comes again in a later file.",
    approved="Agreed already: {words}. Nothing to do.",
    more="from here on, readers tap “more”",
    part="Part {n} of {all}",
    comment="First comment below it",
    alt="Description for people who cannot see it:",
    no_alt="It has no description for people who cannot see it.",
    picture_missing="This picture cannot be shown here",
    video="Video",
    seconds="{n} seconds",
    cover="cover picture at {n} s",
    made_by_ai="made by AI",
    changed_by_ai="changed by AI",
    link="Link card",
    notes="Good to know",
    overview="All seals on one page",
    post="Post",
    account="Account",
    when="When",
    right="right as it is",
    change="please change:",
    name_and_date="Name and date:",
    labels={
        "human": "Made by people.",
        "human, AI-checked": "Made by people, checked with AI.",
        "AI-assisted": "Made by people with the help of AI.",
        "AI-generated": "Mostly made by AI.",
    },
    share="AI wrote {share} of the letters; they are underlined with dots.",
    line="Readers see the line “{line}”.",
    flag="{platform} is told that AI was used, and shows its own label.",
    burned="The picture itself says “{words}”.",
    untold="Readers are told nothing about AI.",
)
POLISH = Words(
    tag="pl",
    days=("poniedziałek", "wtorek", "środa", "czwartek", "piątek", "sobota", "niedziela"),
    months=(
        "stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca", "lipca", "sierpnia", "września", "października", "listopada",
        "grudnia",
    ),
    title="Posty do obejrzenia: {client}",
    intro="To ukaże się na profilach: {client}, tak jak zobaczą to czytelnicy. Bez Państwa zgody nic nie zostanie opublikowane.",
    how=(
        "Wszystko się zgadza? Proszę odesłać pieczęć: osiem znaków pod postem, na przykład mailem lub w wiadomości.",
        "Coś trzeba zmienić? Zamiast pieczęci proszę napisać, co.",
        "Pieczęć oznacza dokładnie te słowa i zdjęcia na tym profilu. Po zmianie choćby jednej litery jest nieważna; wyślemy nowy plik.",
        "Pieczęć nie obejmuje dnia i godziny. Jeśli nie pasują, proszę o wiadomość.",
    ),
    contents="Spis treści",
    nothing="Na te dni nic jeszcze nie zaplanowano.",
    times="Wszystkie godziny: {tz}.",
    made="Plik z dnia: {when}, {workspace}.",
    seal="Pieczęć",
    seal_hint="Wszystko się zgadza? Proszę odesłać tę pieczęć.",
    not_ready="Jeszcze nie czeka na odpowiedź. Wróci w kolejnym pliku.",
    approved="Już uzgodnione: {words}. Nic nie trzeba robić.",
    more="dalej czytelnicy dotykają „więcej”",
    part="Część {n} z {all}",
    comment="Pierwszy komentarz pod postem",
    alt="Opis dla osób, które nie widzą:",
    no_alt="Brak opisu dla osób, które nie widzą.",
    picture_missing="Tego zdjęcia nie można tu pokazać",
    video="Film",
    seconds="{n} s",
    cover="okładka: {n} s",
    made_by_ai="wygenerowane przez AI",
    changed_by_ai="zmienione przez AI",
    link="Karta odnośnika",
    notes="Warto wiedzieć",
    overview="Wszystkie pieczęcie na jednej stronie",
    post="Post",
    account="Profil",
    when="Kiedy",
    right="zgadza się",
    change="proszę zmienić:",
    name_and_date="Imię, nazwisko i data:",
    labels={
        "human": "Przygotowane przez ludzi.",
        "human, AI-checked": "Przygotowane przez ludzi, sprawdzone z pomocą AI.",
        "AI-assisted": "Przygotowane przez ludzi z pomocą AI.",
        "AI-generated": "W większości przygotowane przez AI.",
    },
    share="AI napisała {share} liter; są podkreślone kropkami.",
    line="Czytelnicy zobaczą dopisek „{line}”.",
    flag="{platform} otrzyma informację o użyciu AI i pokaże własne oznaczenie.",
    burned="Na samym zdjęciu widnieje napis „{words}”.",
    untold="Czytelnicy nie dostają informacji o AI.",
)  # fmt: skip
LANGUAGES: dict[Language, Words] = {"en": ENGLISH, "pl": POLISH}


def when_words(words: Words, instant: int, tz: str) -> str:
    """`Monday 30 November 2026, 12:15 (CET)`."""
    moment = from_micros(instant, tz)
    return f"{words.days[moment.weekday()]} {day_words(words, moment.date())} {moment.year}, {moment:%H:%M} ({moment.tzname() or tz})"


def day_words(words: Words, day: date) -> str:
    """`30 November`."""
    return f"{day.day} {words.months[day.month - 1]}"


def span_words(words: Words, first: date, last: date) -> str:
    """`30 November – 6 December 2026`."""
    return f"{day_words(words, first)} – {day_words(words, last)} {last.year}"


def told_words(words: Words, told: Told, platform: str) -> list[str]:
    """What was made by AI, and what readers are told about it, in sentences."""
    said = [words.labels.get(told.label, told.label)]
    if told.share:
        said.append(words.share.format(share=f"{max(1, round(told.share * 100))} %"))
    if told.line:
        said.append(words.line.format(line=told.line))
    if told.flagged:
        said.append(words.flag.format(platform=platform))
    if told.burned_in:
        said.append(words.burned.format(words=told.burned_in))
    if told.label != "human" and not (told.line or told.flagged or told.burned_in):
        said.append(words.untold)
    return said
