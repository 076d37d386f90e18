"""Which language short captions are taken for, among those of a workspace."""

import pytest

from drafting.validators.language import seems_to_be

CAPTIONS = {
    "en": "Winter menu is here. Slow-braised short rib and a hot chocolate that should probably be illegal.",
    "pl": "Od wtorku w obu lokalach: żeberka, pieczone pory i gorąca czekolada, do której się wraca.",
    "de": "Ab Dienstag in beiden Läden: Rippchen, gebackener Lauch und heiße Schokolade.",
    "uk": "З вівторка в обох кав'ярнях: реберця, запечений порей і гарячий шоколад.",
    "fr": "À partir de mardi dans nos deux cafés : travers de porc, poireaux grillés et chocolat chaud.",
}
WORKSPACE = ("en", "pl", "de", "uk", "fr")


@pytest.mark.parametrize("asked", WORKSPACE)
@pytest.mark.parametrize("written", WORKSPACE)
def test_a_caption_is_told_by_its_language(asked: str, written: str) -> None:
    assert seems_to_be(CAPTIONS[written], asked, WORKSPACE) == (None if asked == written else written)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Weekend brunch: matcha latte, cold brew i bajgle z pastrami od 9 rano, do zobaczenia!", "pl"),
        ("NOWA KARTA JUŻ OD WTORKU W OBU LOKALACH, ZAPRASZAMY", "pl"),
        ("Pierogi, żurek and sernik: Polish comfort food, every Sunday from noon.", "en"),
        ("Krótko po polsku", "en"),
        ("Od utorka v oboch kaviarňach: rebierka, pečený pór a horúca čokoláda.", "cs"),
        ("Witojcie we naszyj kawiarni, zapraszōmy na szałot i kreple z marmeladōm", "szl"),
        ("Ża\u0301dnych wymówek: rano kawa, wieczorem kawa, a w środku też jest kawa", "pl"),
    ],
    ids=[
        "loan words",
        "capitals",
        "names of dishes",
        "too short",
        "neighbours are not told apart",
        "a language nobody models",
        "decomposed",
    ],
)
def test_what_is_let_be(text: str, asked: str) -> None:
    assert seems_to_be(text, asked, ("cs", "sk", "pl") if asked == "cs" else ("pl", "en")) is None


def test_only_the_languages_of_the_workspace_are_answers() -> None:
    assert seems_to_be(CAPTIONS["de"], "pl", ("pl",)) in {None, "en"}
