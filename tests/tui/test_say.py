"""Every word that is shown has its Polish one, with the same places for values; and what is shown is said through `say`."""

from __future__ import annotations

import ast
import errno
import os
import re
import string
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from config.desk_settings import EXPLAINED
from scheduler.importing.table import Finding, Spot
from scheduler.importing.view import SheetRow
from scheduler.phrases.book import HERE
from scheduler.phrases.po import DAYS, MONTHS, PLURALS, read_po
from tui import text
from tui.keys import keymap
from tui.keys.actions import READ_ON, everything
from tui.lines.sheet import finding_pane, row_pane
from tui.say import ENGLISH, LOCALE, fraction, language_of, later, read_catalogue, say, say_count, speak, spoken
from tui.told import told

TUI = Path("tui")
POLISH = read_catalogue("pl")
STYLE = re.compile(r"(?:bold|italic|underline|dim|reverse|strike|on|\$[\w-]+|\s)+")
FOR_FILES = {", own media"}
"""Words of a form that is read again, by a person and by the program."""
SILENT = {TUI / name for name in ("keys/action.py", "keys/actions.py", "say.py", "text.py", "theme.py", "lines/settings.py")}
"""Files whose words are tables, said where they are shown."""
NOT_SHOWN = {
    "Action", "Binding", "Literal", "TypeVar", "add_class", "cast", "compile", "counted", "endswith", "get_component_rich_style", "getattr",
    "hasattr", "later", "needs_words", "on", "partition", "query", "query_one", "query_one_optional", "remove_class", "removeprefix",
    "removesuffix", "replace", "run_action", "say", "say_count", "set_class", "split", "startswith", "work",
}  # fmt: skip
KEYWORDS = {"id", "classes", "group", "variant", "name", "severity", "color", "key"}


def literal(node: ast.AST) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def trees() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(TUI.rglob("*.py")):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def sentences() -> dict[str, str]:
    """English → plural (empty: none), of everything that the code says."""
    found = dict.fromkeys(EXPLAINED.values(), "")
    for _, tree in trees():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            name, words = called(node), [literal(argument) for argument in node.args]
            if name in {"say", "later", "needs_words"} and words and words[0]:
                found[words[0]] = ""
            elif name == "Action":
                found |= dict.fromkeys(filter(None, words[3:5]), "")
            elif name == "counted" and len(words) > 1 and words[1]:
                found[f"{{count}} {words[1]}"] = f"{{count}} {words[2] if len(words) > 2 else words[1] + 's'}"
            elif name == "say_count" and len(words) > 2 and words[1]:
                found[words[1]] = words[2]
    return found


def places(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None} | set(re.findall("‹[^›]*›", template))


def test_every_sentence_has_its_polish_one() -> None:
    known = sentences()
    assert len(known) > 500
    assert sorted(words for words, many in known.items() if words not in (POLISH.forms if many else POLISH.words)) == []


def test_nothing_is_translated_that_nobody_says() -> None:
    assert sorted((set(POLISH.words) | set(POLISH.forms)) - set(sentences())) == []


def test_translations_keep_values_and_edges() -> None:
    for words, polish in POLISH.words.items():
        assert polish.strip(), words
        assert places(polish) == places(words), words
        assert re.match(r"\s*", polish)[0] == re.match(r"\s*", words)[0], words  # type: ignore[index]
        assert re.search(r"\s*$", polish)[0] == re.search(r"\s*$", words)[0], words  # type: ignore[index]
        assert polish.count("\n") == words.count("\n"), words
    for words, forms in POLISH.forms.items():
        assert len(forms) == 3, words
        assert all(places(form) == places(words) for form in forms), words


def test_the_catalogue_says_each_sentence_once() -> None:
    sources = [entry.source for entry in read_po((LOCALE / "pl.po").read_text(encoding="utf-8"))]
    assert len(sources) == len(set(sources))


def shown(words: str) -> bool:
    """Whether a text in the code is for people: two words, or one with a capital."""
    if (
        not words.strip()
        or STYLE.fullmatch(words.strip())
        or words.startswith(("#", "--", "$", ".", "bold $"))
        or re.fullmatch(r"daypart [^.,]*", words)
        or re.search(r"\{\s", words)
    ):
        return False
    return bool(re.search(r"(?:[A-Za-z]{2,}|F\d)[,;:.]? [A-Za-z(“]", words) or re.match(r"[“ ·(]*[A-Z][a-z]{2,}\b", words))


class Unsaid(ast.NodeVisitor):
    """Texts for people that go to the screen as they are."""

    def __init__(self) -> None:
        self.found: list[tuple[int, str]] = []

    def visit_Call(self, node: ast.Call) -> None:
        silent = called(node) in NOT_SHOWN
        for argument in node.args:
            if not (silent and isinstance(argument, ast.Constant | ast.JoinedStr)):
                self.visit(argument)
        for keyword in node.keywords:
            if not silent and keyword.arg not in KEYWORDS:
                self.visit(keyword.value)
        self.visit(node.func)

    def visit_Assign(self, node: ast.Assign) -> None:
        if not any(isinstance(target, ast.Name) and ("CSS" in target.id or target.id == "BINDINGS") for target in node.targets):
            self.visit(node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        for part in (*node.decorator_list, *node.args.defaults, *node.args.kw_defaults, *node.body):
            if part is not None:
                self.visit(part)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self.visit_FunctionDef(node)  # type: ignore[arg-type]

    def visit_Compare(self, node: ast.Compare) -> None:
        for part in (node.left, *node.comparators):
            if not isinstance(part, ast.Constant | ast.Set | ast.Tuple):
                self.visit(part)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self.visit(node.value)  # what stands in the brackets is a type or a name

    def visit_Expr(self, node: ast.Expr) -> None:
        if not literal(node.value):  # what a module, a class or a name is for
            self.visit(node.value)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        words = "".join(literal(part) or "{}" for part in node.values)
        silent = words.startswith(("bold $", "--", "place(")) or "://" in words or "/settings/" in words or not re.search(r"[ A-Z]", words)
        bare = words.replace("{}", " ").strip()
        if not silent and (shown(bare) or re.search(r"(?:^|[\s(“])[a-z]{3,} ", bare)):
            self.found.append((node.lineno, words))
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                self.visit(part.value)

    def visit_Constant(self, node: ast.Constant) -> None:
        if shown(literal(node)) and literal(node) not in FOR_FILES:
            self.found.append((node.lineno, literal(node)))


def test_what_is_shown_is_said() -> None:
    unsaid = []
    for path, tree in trees():
        if path not in SILENT:
            visitor = Unsaid()
            visitor.visit(tree)
            unsaid += [f"{path}:{line}: {words}" for line, words in visitor.found]
    assert unsaid == []


# ── the layer itself ──


def test_english_is_what_the_code_says() -> None:
    assert spoken() == "en"
    assert say("Today") == "Today"
    assert say("{number} of {total}", number=2, total=3) == "2 of 3"
    assert say("{as it is}") == "{as it is}"
    assert say_count(1, "{count} post", "{count} posts") == "1 post"
    assert say_count(1_200, "{count} post", "{count} posts") == "1,200 posts"
    assert later("Today") == "Today"
    assert not ENGLISH.words


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0 postów"), (1, "1 post"), (2, "2 posty"), (4, "4 posty"), (5, "5 postów"), (11, "11 postów"), (12, "12 postów"),
     (14, "14 postów"),
     (21, "21 postów"), (22, "22 posty"), (101, "101 postów"), (112, "112 postów"), (1_204, "1\u00a0204 posty")],
)  # fmt: skip
def test_polish_numbers(number: int, words: str) -> None:
    speak("pl")
    assert text.counted(number, "post") == words


def test_polish_days_and_months() -> None:
    from datetime import date

    speak("pl")
    assert text.day_words(date(2026, 11, 24)) == "wt 24 lis"
    assert text.week_words(date(2026, 11, 30), date(2026, 12, 6)) == "30 listopada – 6 grudnia 2026"
    assert text.month_title(date(2026, 11, 1)) == "listopad 2026"
    assert text.relative(3 * 86_400_000_000, 0) == "za 3 dni"


def test_polish_fractions() -> None:
    assert say("takes {takes:.1f} s to say", takes=2.5) == "takes 2.5 s to say"
    assert fraction(3.5) == "3.5"
    speak("pl")
    assert say("takes {takes:.1f} s to say", takes=2.5) == "czytane 2,5 s"
    assert (fraction(3.5), fraction(3.0)) == ("3,5", "3")
    assert told("the opening takes 4.5 s: after 3 s viewers have gone on") == "początek trwa 4,5 s: po 3 s widzów już nie ma"
    assert say("{names} and {number} more", names="a, b", number=3) == "a, b i jeszcze 3"


def test_polish_thousands() -> None:
    speak("pl")
    assert say(", reach {reach:,}", reach=12_345) == ", zasięg 12\u00a0345"


def test_a_key_whose_name_is_a_word_is_polish() -> None:
    speak("pl")
    assert READ_ON.first_key == "spacja"
    speak("en")
    assert READ_ON.first_key == "space"


def test_a_mistake_of_a_sheet_is_polish_and_its_way_out_is_no_option_of_a_command() -> None:
    speak("pl")
    spot = Spot(Path("plan.csv"), row=1, column=7)
    pane = finding_pane(Finding("E806", spot, "'Opis' and 'Tekst' both mean text", ('leave one out: --ignore "Opis"',), "Opis")).plain
    assert "błąd[E806]: „Opis” i „Tekst” znaczą to samo: text" in pane
    assert "| Opis" in pane
    assert "= enter na kolumnie niżej mówi, co ona znaczy" in pane
    assert "--ignore" not in pane


def test_a_row_that_is_wrong_shows_what_it_has() -> None:
    wrong = SheetRow("!", 9, "plan.csv:9", "", None, "Mokka", "teal", (), "", "", "wrong")
    assert row_pane(wrong).plain.startswith("plan.csv:9  Mokka\n")
    speak("pl")
    good = replace(wrong, sign="+", accounts=("bs-mokka",), when="Sat 28 Nov 09:00 CET")
    assert row_pane(good).plain.startswith("plan.csv:9  Mokka · bs-mokka · sob 28 lis 9:00 CET\n")


def test_what_is_not_in_the_catalogue_stays_english() -> None:
    speak("pl")
    assert say("Nobody ever wrote this sentence") == "Nobody ever wrote this sentence"


@pytest.mark.parametrize(
    ("environment", "language"),
    [({"LANG": "pl_PL.UTF-8"}, "pl"), ({"LC_ALL": "C", "LANG": "pl_PL.UTF-8"}, "en"), ({"LANG": "de_DE.UTF-8"}, "en"), ({}, "en"),
     ({"LC_MESSAGES": "pl_PL", "LANG": "en_GB"}, "pl"), ({"LANG": ""}, "en")],
)  # fmt: skip
def test_the_computers_language(environment: dict[str, str], language: str) -> None:
    assert language_of(environment) == language


def test_po_files_as_translators_programs_write_them() -> None:
    text = '# note\nmsgid ""\n"Two lines\\n"\n"and \\"quotes\\""\nmsgstr ""\n"Dwie\\n"\n"linie"\n\n'
    text += 'msgid "a"\nmsgid_plural "b"\nmsgstr[0] "x"\nmsgstr[1] "y"\n'
    first, second = read_po(text)
    assert first.source == 'Two lines\nand "quotes"'
    assert first.translations == ("Dwie\nlinie",)
    assert (second.source, second.plural, second.translations) == ("a", "b", ("x", "y"))


def test_every_language_has_its_rule_and_its_days() -> None:
    for language in PLURALS:
        assert len(DAYS[language]) == 7
        assert len(MONTHS[language]) == len(text.MONTH_NAMES[language]) == len(text.MONTH_TITLES[language]) == 12


# ── what the Desk says ──

BELOW = ("adapters", "config", "drafting", "scheduler")
NOT_AT_THE_DESK = (
    "adapters/hosts/sigv4.py", "adapters/instagram/graph.py", "adapters/instagram/shapes.py", "config/codes.py",
    "config/date_words.py", "config/desk_settings.py", "config/document.py", "config/polish_times.py", "config/schema.py",
    "drafting/figures.py", "drafting/prompt.py", "drafting/schemas.py", "scheduler/canonical.py",
    "scheduler/doctor.py", "scheduler/export/ics.py", "scheduler/export/page.py", "scheduler/export/entries.py",
    "scheduler/failpoints.py", "scheduler/health/", "scheduler/keeping/archive.py", "scheduler/keeping/backup.py",
    "scheduler/keeping/restore.py", "scheduler/keeping/rotation.py", "scheduler/keeping/ledger.py", "scheduler/notices/health.py",
    "scheduler/notices/rows.py", "scheduler/phrases/",
    "scheduler/rehearsal/",
    "scheduler/report/sheet.py", "scheduler/signoff/", "scheduler/store/guards.py", "scheduler/store/library.py",
    "scheduler/store/migrations/", "scheduler/store/schema.py", "scheduler/store/sqlite.py", "scheduler/service/systemd.py",
    "scheduler/desk/today/rehearsing.py", "scheduler/desk/calendar/agenda.py", "scheduler/desk/calendar/days.py", "scheduler/desk/rows.py",
    "scheduler/units/reading.py", "scheduler/virtual_time.py",
)  # fmt: skip
"""What they say goes to the command line, to files, to models or to platforms."""
STAYS = Path(__file__).with_name("stays_english.txt")
"""Commands, names that sheets give to columns, sources of our error tables: no sentences for a person at the desk."""
NO_SENTENCE = re.compile(r"%[sd.]|\b(?:SELECT|INSERT|CREATE|DELETE FROM|WHERE|ORDER BY|LIKE|JOIN|LIMIT)\b|^(?:daypart|Bearer) |\(\?")


def written(node: ast.AST) -> str:
    """A text of the code, `{}` for values."""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return literal(node)


def texts_of(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    silent = {part for node in ast.walk(tree) for part in _not_said(node)}
    for node in ast.walk(tree):
        if node not in silent and (words := written(node)):
            yield bare(words)


def _not_said(node: ast.AST) -> Iterator[ast.AST]:
    """What a module or a function is for, and the parts of a text that is one."""
    if isinstance(node, ast.Expr) and literal(node.value):
        yield node.value
    if isinstance(node, ast.JoinedStr):
        yield from (part for part in node.values if isinstance(part, ast.Constant))


def below_the_desk() -> Iterator[Path]:
    return (path for room in BELOW for path in sorted(Path(room).rglob("*.py")))


def is_sentence(words: str) -> bool:
    return not NO_SENTENCE.search(words) and bool(re.search(r"[A-Za-z]{2,}[,;:.]? [A-Za-z(“'{]", words))


def bare(source: str) -> str:
    return re.sub(r"\{\w+\}", "{}", source)


def test_what_the_desk_may_say_has_its_polish_one() -> None:
    known = {bare(entry.source) for entry in read_po((HERE / "pl.po").read_text(encoding="utf-8"))}
    stays = set(STAYS.read_text(encoding="utf-8").splitlines())
    paths = [path for path in below_the_desk() if not path.as_posix().startswith(NOT_AT_THE_DESK)]
    said = {repr(words)[1:-1] for path in paths for words in texts_of(path) if is_sentence(words) and words not in known}
    assert len(known) > 1_500
    assert sorted(said - stays) == [], "write it in scheduler/phrases/pl.po"
    assert sorted(stays - said) == [], "take it out of stays_english.txt"


def test_every_template_is_something_that_the_desk_says() -> None:
    known = {words for path in below_the_desk() for words in texts_of(path)} | {os.strerror(number).lower() for number in errno.errorcode}
    entries = [entry for entry in read_po((HERE / "pl.po").read_text(encoding="utf-8")) if entry.source]
    assert [entry.source for entry in entries if bare(entry.source) not in known] == []
    assert len({entry.source for entry in entries}) == len(entries)


def test_templates_keep_their_values() -> None:
    """But for those of English grammar alone, `{_s}`."""
    for entry in read_po((HERE / "pl.po").read_text(encoding="utf-8")):
        wanted = {name for name in re.findall(r"\{(\w+)\}", entry.source) if not name.startswith("_")}
        assert len(entry.translations) in (1, 3), entry.source
        for words in entry.translations:
            assert set(re.findall(r"\{(\w+)\}", words)) == wanted, entry.source


@pytest.mark.parametrize(
    ("english", "polish"),
    [
        ("waits for approval", "czeka na akceptację"),
        ("checking with Bluesky (look 2 of 4)", "pytamy Bluesky (2 z 4)"),
        ("moved to Tue 24 Nov 12:30", "przełożone na wt 24 lis 12:30"),
        ("somebody approves it, until Tue 24 Nov 12:30", "ktoś musi go zaakceptować, do wt 24 lis 12:30"),
        ("on hold: everything; nothing leaves", "wstrzymane: wszystko; nic nie wychodzi"),
        ("Nothing anybody has a template for.", "Nothing anybody has a template for."),
        ("{braces} from others {0}", "{braces} from others {0}"),
        ("1 look did not settle it.", "1 look did not settle it."),  # it stands after others, with its blank
        (" 1 look did not settle it.", " 1 sprawdzenie tego nie rozstrzygnęło."),
        (" 3 looks did not settle it.", " 3 sprawdzenia tego nie rozstrzygnęły."),
        (" 5 looks did not settle it.", " 5 sprawdzeń tego nie rozstrzygnęło."),
        ("deleted: now", "usunięte: now"),  # what people wrote is no sentence of ours
        ("moved 2 posts 1 day later; 1 needs a new approval", "2 posty: później o 1 dzień; 1 wymaga nowej akceptacji"),
        (
            "The text changed after it was approved, so it was not sent. Approve it again.",
            "Zmiana po akceptacji (Tekst), więc post nie został wysłany. Zaakceptuj go ponownie.",
        ),
        ("Bluesky asks to wait; nothing was sent", "Bluesky prosi, żeby poczekać; nic nie wysłano"),
        ("used once, last Fri 20 Nov; rests until Sun 20 Dec", "użyty raz, ostatnio pt 20 lis; odpoczywa do nd 20 gru"),
        ("ms-kawa (Kawa): 10:35 and 10:37, under 30 min apart", "ms-kawa (Kawa): 10:35 i 10:37, mniej niż 30 min odstępu"),
        ("cancelled: 3 posts", "odwołane: 3 posty"),
        ("kept: 2 ideas for Kawa", "zapisane: 2 pomysły, dla: Kawa"),
        ("3 posts are drafts again, to approve anew", "3 posty znów są szkicami, do ponownej akceptacji"),
        ("2 made, 1 moved; each is a draft and needs its approval", "2 utworzone, 1 przełożony; każdy jest szkicem i wymaga akceptacji"),
        ("pace: at most 2 an hour, quiet 22:00-07:00", "tempo: najwyżej 2 na godzinę, cisza 22:00-07:00"),
        (
            "'a' cannot be approved: anna may not approve here; berta may",
            "nie można zaakceptować „a”: anna nie może tu akceptować; mogą: berta",
        ),
        (
            "The text and more changed after it was approved, so it was not sent. Approve it again.",
            "Zmiana po akceptacji (Tekst i nie tylko), więc post nie został wysłany. Zaakceptuj go ponownie.",
        ),
        ("the text has 320 characters, Bluesky takes 300 (20 too many)", "tekst: znaków 320, Bluesky przyjmuje 300 (o 20 za dużo)"),
        (
            "waits since Sun 22 Nov for anybody here · due in 23 h",
            "czeka od nd 22 lis, zaakceptować może: ktokolwiek tutaj · termin za 23 h",
        ),
        ("bs-kawa: the account is not connected", "bs-kawa: konto nie jest połączone"),
        ("accounts in daypart.yaml: ig-kawa, bs-kawa", "konta w daypart.yaml: ig-kawa, bs-kawa"),
        ("accounts: none yet", "konta: jeszcze żadnych"),
        ("Open the account on Bluesky and look", "Otwórz konto na Bluesky i zobacz"),
        (
            "Open https://a.example/ and look. Looking changes nothing. Then say what you saw.",
            "Otwórz https://a.example/ i zobacz. Patrzenie niczego nie zmienia. Potem powiedz, co widać.",
        ),
        ("'a.csv' cannot be read: error", "nie da się odczytać „a.csv”: błąd"),
        ("Bluesky no longer accepts the session: ExpiredToken", "Bluesky nie przyjmuje już tej sesji: ExpiredToken"),
        ("invited as collaborators: @roaster", "zaproszeni współautorzy: @roaster"),
        ("Instagram: the media expired at Instagram (“It has expired.”)", "Instagram: media na Instagramie wygasły (“It has expired.”)"),
        (
            "Instagram: the permission to publish is missing; connect the account again",
            "Instagram: brakuje prawa do publikowania; połącz konto ponownie",
        ),
        (
            "an earlier version may still go out; its state could not be read (Instagram answered 500 without its own error)",
            "wcześniejsza wersja może jeszcze wyjść; nie udało się odczytać jej stanu (Instagram odpowiada 500 bez własnego błędu)",
        ),
        ("'soon' is not a time that is understood", "terminu „soon” nie rozumiemy"),
        ("'title' should be a list, not the number 5", "„title”: powinno tu być: lista, a jest: liczba 5"),
        ("", ""),
    ],
)
def test_the_desks_sentences_in_polish(english: str, polish: str) -> None:
    assert told(english) == english
    speak("pl")
    assert told(english) == polish


# ── keys in sentences ──

KEY = re.compile(r"(?<![\w’'{/.‹-])(?:[b-zB-HJ-Z]|F\d{1,2}|\^[a-z]|!(?= [a-z]))(?![\w’'}.›-]*\w)")
OF_DIALOGS = re.compile(
    r"\((?:[a-zA-Z]|F\d|⏎ or F8)\)$|^[ms] |· s and m |\bO omits|^F fills|with O\.$|^F4 corrects"
    r"|Or F2: |while you write, and there|^Now the desk"
)
"""Keys of a dialog cannot be given to anything else."""
NO_KEY = re.compile(r"\d[^ ]*\} [sh]\b|\} (?:s|h)\b|\bin 24 h\b|a to f\b|^\$ …")


def test_sentences_name_actions_and_not_their_usual_keys() -> None:
    named = [words for words in sentences() if KEY.search(words) and not OF_DIALOGS.search(words) and not NO_KEY.search(words)]
    assert named == []


def test_every_action_that_is_named_is_there() -> None:
    known = {action.id for action in everything()}
    files = (LOCALE / "pl.po", HERE / "pl.po", HERE / "en.po")
    books = [entry for file in files for entry in read_po(file.read_text(encoding="utf-8"))]
    named = {name for entry in books for words in (entry.source, *entry.translations) for name in re.findall("‹([^›]*)›", words)}
    assert len(named) > 30
    assert named <= known


@pytest.mark.parametrize(
    ("language", "sentence", "desks"),
    [("en", "There is no campaign yet: f12 holds everything.", "not connected: K connects"),
     ("pl", "Nie ma jeszcze kampanii: f12 wstrzymuje wszystko.", "niepołączone: K łączy")],
)  # fmt: skip
def test_a_key_that_a_person_chose_is_the_one_that_is_named(language: str, sentence: str, desks: str) -> None:
    speak(language)
    keymap.use({"all.hold": "f12", "account.connect": "K"})
    try:
        assert say("There is no campaign yet: ‹all.hold› holds everything.").lower() == sentence.lower()
        assert told("not connected: c connects") == desks
    finally:
        keymap.use({})
    assert told("not connected: c connects").partition(": ")[2].startswith("c ")
