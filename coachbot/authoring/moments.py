"""Hard moments: `content/moments.yaml` names the dialog of each, `content/<language>/moments.yaml` how they are told.

The words are read as those of danger are (content/en/safety/lexicon.yaml, head), but as they stand: a slip of the
keyboard finds nothing, and a text that tells of no moment for certain is answered as any other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from coachbot.authoring.faults import fault
from coachbot.authoring.fields import Fields
from coachbot.authoring.files import Files
from coachbot.authoring.yaml_reader import Document, Path
from coachbot.engine.model import Moment, Moments
from coachbot.safety import Detector, LexiconFault, detector_from

#: Of a language's file, beside the moments: the language, what is not meant, and what denies.
_ABOUT = ("language", "not_meant", "negations")
_KEYS = ("words", "meant", "not_meant")
#: The one list of words that a moment has in the lexicon it becomes.
_LIST = "words"


@dataclass(frozen=True, slots=True)
class MomentFiles:
    """The files of the moments as read, for the checks."""

    #: content/moments.yaml
    file: Document
    moments: Moments
    #: content/<language>/moments.yaml by language.
    words: Mapping[str, Document]
    detector: Detector | None


def read_moments(files: Files, languages: tuple[str, ...]) -> MomentFiles | None:
    """The moments of a pack; None if it has none. What is wrong is noted."""
    path = files.root / "content" / "moments.yaml"
    document = files.document(path) if path.is_file() else None
    if document is None:
        return None
    top = Fields(document, files.faults)
    top.only("moments", "never_in", "never_after")
    listed = tuple(_moment(one) for one in top.each("moments", required=True))
    words = dict(_words(files, languages))
    detector = _detector(files, words, [one.code for one in listed])
    read = detector.gravest if detector is not None else Moments().read
    places = {name: top.texts(name) for name in ("never_in", "never_after")}
    return MomentFiles(document, Moments(listed, read, **places), words, detector)


def _moment(one: Fields) -> Moment:
    one.only("code", "dialog", "after_text", "not_kept")
    return Moment(one.code("code"), one.text("dialog"), one.flag("after_text"), one.flag("not_kept"))


def _words(files: Files, languages: tuple[str, ...]) -> Iterator[tuple[str, Document]]:
    for language in languages:
        path = files.root / "content" / language / "moments.yaml"
        document = files.document(path) if path.is_file() else None
        if document is None:
            continue
        if isinstance(document.data, dict):
            yield language, document
        else:
            files.faults.append(fault(document.file, 1, "YAML_005", "this is not a map of moments"))


def _detector(files: Files, words: Mapping[str, Document], order: list[str]) -> Detector | None:
    lexicons = {language: _lexicon(files, document, order) for language, document in words.items()}
    if not order or not lexicons:
        return None
    try:
        return detector_from(lexicons, order, mends=False)
    except LexiconFault as wrong:
        for one in wrong.faults:
            document, place = _place(words, one.path)
            files.faults.append(fault(document.file, document.line(*place), "MOMENT_002", one.message, one.cure))
        return None


def _lexicon(files: Files, document: Document, order: list[str]) -> dict[str, Any]:
    """A language's file as a lexicon: each moment is a kind with one list."""
    top = Fields(document, files.faults)
    top.only(*_ABOUT, *order)
    lexicon: dict[str, Any] = {code: {_LIST: _listed(top.fields(code))} for code in order if code in top}
    lexicon["harmless"] = document.data.get("not_meant", [])
    if "negations" in top:
        lexicon["negations"] = document.data["negations"]
    if not lexicon["harmless"]:
        del lexicon["harmless"]
    return lexicon


def _listed(moment: Fields) -> Any:
    moment.only(*_KEYS)
    return moment.data.get("words", [])


def _place(words: Mapping[str, Document], path: str) -> tuple[Document, Path]:
    """Where a fault of the lexicon stands: `en.pregnancy.words.3`, `en.harmless.2`."""
    language, *keys = path.split(".")
    named = ("not_meant" if key == "harmless" else int(key) if key.isdigit() else key for key in keys)
    return words[language], tuple(named)
