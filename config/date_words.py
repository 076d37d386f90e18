"""Dates in words: names of days and months in the languages we know, without the machine's locale."""

from __future__ import annotations

import re
from datetime import date, datetime, time

_SIGN = re.compile(r"%(-?[A-Za-z%])")
_TABLE = {
    "en": (
        "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
        "Mon Tue Wed Thu Fri Sat Sun",
        "January February March April May June July August September October November December",
        "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    ),
    "pl": (
        "poniedziałek wtorek środa czwartek piątek sobota niedziela",
        "pon. wt. śr. czw. pt. sob. niedz.",
        "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
        "sty lut mar kwi maj cze lip sie wrz paź lis gru",
    ),
    "de": (
        "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
        "Mo Di Mi Do Fr Sa So",
        "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
        "Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez.",
    ),
    "es": (
        "lunes martes miércoles jueves viernes sábado domingo",
        "lun mar mié jue vie sáb dom",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "ene feb mar abr may jun jul ago sep oct nov dic",
    ),
    "fr": (
        "lundi mardi mercredi jeudi vendredi samedi dimanche",
        "lun. mar. mer. jeu. ven. sam. dim.",
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
    ),
}
"""Language → days, short days, months (Polish: as after a day, in the genitive), short months."""
_ROWS = {"A": 0, "a": 1, "B": 2, "b": 3}


class UnknownLanguageError(ValueError):
    """No names for this language."""


class UnknownSignError(ValueError):
    """A sign after % that we do not know."""


def format_date(moment: date, pattern: str, language: str) -> str:
    """The date by strftime's signs. Raises UnknownLanguageError, UnknownSignError."""
    return _SIGN.sub(lambda found: _sign(moment, found[1], language), pattern)


def _sign(moment: date, sign: str, language: str) -> str:
    if sign in _ROWS:
        words = _TABLE.get(language.split("-")[0])
        if words is None:
            raise UnknownLanguageError(language)
        number = moment.weekday() if sign in "Aa" else moment.month - 1
        return words[_ROWS[sign]].split()[number]
    clock = moment if isinstance(moment, datetime) else datetime.combine(moment, time())
    plain = {
        "d": f"{clock.day:02}", "-d": str(clock.day), "m": f"{clock.month:02}", "-m": str(clock.month), "Y": str(clock.year),
        "y": f"{clock.year % 100:02}", "H": f"{clock.hour:02}", "-H": str(clock.hour), "M": f"{clock.minute:02}", "%": "%",
    }  # fmt: skip
    if sign not in plain:
        raise UnknownSignError(f"%{sign}")
    return plain[sign]
