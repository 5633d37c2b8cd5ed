"""The numbers and texts for somebody in danger, by the country they are in: `country` and `countries` of a site's file.

Everything is worked out at the start: a text for each language and each named country, with its numbers put in, and one
for all other countries, which names no number as if it were the local one. A file without them has one country.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from coachbot.errors import SettingsError
from coachbot.service.countries import UNKNOWN, country_of, is_country, same_clock
from coachbot.service.records import Profile

Facts = Mapping[str, Any]
Texts = Mapping[str, str]

#: What somebody in danger rings or opens. It has a number in it, or an address; "the number" is left from an example.
RUNG = ("emergency", "crisis_line")
CALLABLE = re.compile(r"\d{2}|\w\.\w")
#: Where the patient is, for `Abroad`: at home, and in a country without numbers of its own.
HOME, ELSEWHERE = "", UNKNOWN
#: Sections of `safety/static.md` that a site with a `country` needs: what is added in a named country, and what stands
#: in the place of the numbers in all others.
ADDED, _INSTEAD = "abroad", {one: f"elsewhere_{one}" for one in RUNG}
#: What of safety/static.md is a part of other texts and is shown to nobody by itself.
PARTS = frozenset({ADDED, *_INSTEAD.values()})
_KEYS = ("name", *RUNG, "phone", "texts")
_NEEDED = ("name", *RUNG)


@dataclass(frozen=True, slots=True)
class Local:
    """One country: language to the site's facts as they hold there, and to the texts with its numbers."""

    facts: Mapping[str, Facts]
    static: Mapping[str, Texts]


@dataclass(frozen=True, slots=True)
class Abroad:
    """All countries but the clinic's own."""

    #: The clinic's own country; empty where the site's file names none: then there is only one.
    home: str = ""
    #: ISO code to what holds there; ELSEWHERE for all countries that are not named.
    at: Mapping[str, Local] = field(default_factory=dict)

    @property
    def named(self) -> tuple[str, ...]:
        """The countries that have numbers of their own."""
        return tuple(sorted(code for code in self.at if code != ELSEWHERE))

    def where(self, profile: Profile, now: datetime) -> str:
        """HOME, a named country, or ELSEWHERE.

        Whoever has told no zone yet is at home, and so is somebody of whom only a clock is known that home has too.
        """
        country = self.country(profile)
        if not self.home or not (country or profile.zone) or country == self.home:
            return HOME
        if country in ("", UNKNOWN):
            return HOME if same_clock(profile.zone, self.home, now) else ELSEWHERE
        return country if country in self.at else ELSEWHERE

    @staticmethod
    def country(profile: Profile) -> str:
        """The ISO code of the patient's country: as told, else that of the zone; empty if the zone tells none."""
        return profile.country or country_of(profile.zone)

    def facts_at(self, where: str, language: str) -> Facts | None:
        """The site's facts in a language as they hold there; None at home."""
        return self.at[where].facts.get(language) if where in self.at else None

    def static_at(self, where: str, language: str) -> Texts | None:
        """The texts of danger in a language as they hold there; None at home."""
        return self.at[where].static.get(language) if where in self.at else None


def filled_in(text: str, values: Facts) -> str:
    """A text with the site's facts put in, by plain replacement: no template can fail."""
    for name, value in values.items():
        if isinstance(value, str | int):
            text = text.replace("{" + name + "}", str(value))
    return text


def abroad_from(site: Facts, facts: Mapping[str, Facts], static: Mapping[str, Texts], file: str) -> Abroad:
    """The countries of a site's file. `facts`: the site's by language; `static`: the pack's texts, not filled in.

    Raises SettingsError naming every language and country without a number that somebody could ring.
    """
    home, countries = site.get("country"), site.get("countries") or {}
    if home is None and not countries:
        return Abroad()
    faults = [*_misnamed(home, countries), *_sections_lacking(facts, static)]
    if not faults:
        faults = [fault for code in countries for fault in _lacking(code, countries[code], facts, static)]
    if faults:
        raise SettingsError(f"COACHBOT_SITE: {file}: {'; '.join(faults)}")
    named = {code: _local(one, facts, static) for code, one in countries.items()}
    return Abroad(str(home), {**named, ELSEWHERE: _elsewhere(facts, static)})


# -- what is wrong ------------------------------------------------------------------------------------
def _misnamed(home: object, countries: object) -> Iterator[str]:
    if not is_country(str(home)):
        yield f"country is the clinic's own by its ISO code, such as DE, and not {home!r}"
    if not isinstance(countries, Mapping):
        yield "countries is a map from ISO codes, such as DK, to their numbers by language"
        return
    for code, one in countries.items():
        if not is_country(str(code)):
            yield f"countries.{code} is no ISO code of a country in capitals, such as DK"
        elif code == home:
            yield f"countries.{code} is the clinic's own country, whose numbers stand under languages"
        elif not isinstance(one, Mapping) or not isinstance(one.get("languages"), Mapping) or set(one) != {"languages"}:
            yield f"countries.{code} has languages and nothing else"


def _sections_lacking(facts: Mapping[str, Facts], static: Mapping[str, Texts]) -> Iterator[str]:
    for language in facts:
        for section in sorted(PARTS):
            if not static.get(language, {}).get(section, "").strip():
                yield f"the pack's content/{language}/safety/static.md has no '{section}', which another country needs"


def _lacking(code: str, one: Facts, facts: Mapping[str, Facts], static: Mapping[str, Texts]) -> Iterator[str]:
    given = one["languages"]
    yield from (f"countries.{code} names the language {language!r}, which the site has not" for language in given
                if language not in facts)  # fmt: skip
    for language in facts:
        values, place = given.get(language), f"countries.{code}.languages.{language}"
        if not isinstance(values, Mapping):
            yield f"{place} is missing: name, emergency and crisis_line as they hold there"
            continue
        yield from (f"{place}.{key} is not known; there is {', '.join(_KEYS)}" for key in values if key not in _KEYS)
        yield from (f"{place}.{key} is missing" for key in _NEEDED if not str(values.get(key) or "").strip())
        yield from (
            f"{place}.{key} has no number or address in it: nobody could ring it" for key in RUNG
            if str(values.get(key) or "").strip() and not CALLABLE.search(str(values[key]))
        )  # fmt: skip
        yield from _texts_lacking(values, static.get(language, {}), f"{place}.texts")


def _texts_lacking(values: Facts, texts: Texts, place: str) -> Iterator[str]:
    """A text of the site's own must stand in the place of one of the pack's, and name what that one names."""
    own = values.get("texts") or {}
    if not isinstance(own, Mapping):
        yield f"{place} is a map from the sections of safety/static.md to texts"
        return
    for name, text in own.items():
        if name not in texts or not str(text or "").strip():
            yield f"{place}.{name} is no section of safety/static.md, or has no words"
            continue
        said = filled_in(str(text), values)
        yield from (
            f"{place}.{name} does not say the {key}" for key in RUNG
            if "{" + key + "}" in texts[name] and str(values.get(key)) not in said
        )  # fmt: skip


# -- working it out -----------------------------------------------------------------------------------
def _local(one: Facts, facts: Mapping[str, Facts], static: Mapping[str, Texts]) -> Local:
    given: Mapping[str, Facts] = one["languages"]
    there = {
        language: {**home, **{key: given[language][key] for key in (*RUNG, "phone") if key in given[language]}}
        for language, home in facts.items()
    }
    texts = {
        language: _with_home(static[language], given[language], there[language], facts[language]) for language in facts
    }
    return Local(there, texts)


def _with_home(texts: Texts, given: Facts, there: Facts, home: Facts) -> dict[str, str]:
    """The texts of a named country. Where numbers are told, it is said whose they are, and home's follow."""
    at_home = {f"home_{key}": home[key] for key in RUNG}
    added = filled_in(texts[ADDED], {**there, **at_home, "country": str(given["name"])})
    own = given.get("texts") or {}
    return {
        name: filled_in(str(own.get(name, text)), there) + (f"\n\n{added}" if _tells_a_number(text) else "")
        for name, text in texts.items() if name not in PARTS
    }  # fmt: skip


def _elsewhere(facts: Mapping[str, Facts], static: Mapping[str, Texts]) -> Local:
    there = {
        language: {**home, **{key: filled_in(static[language][section], home) for key, section in _INSTEAD.items()}}
        for language, home in facts.items()
    }
    return Local(there, {language: _whole(static[language], there[language]) for language in facts})


def _whole(texts: Texts, there: Facts) -> dict[str, str]:
    return {name: filled_in(text, there) for name, text in texts.items() if name not in PARTS}


def _tells_a_number(text: str) -> bool:
    return any("{" + key + "}" in text for key in RUNG)
