"""Hard moments: the dialogs they open, words in the default language, and examples that are read as they are meant."""

from __future__ import annotations

from collections.abc import Iterator

from coachbot.authoring.checks.context import Context
from coachbot.authoring.faults import Fault, did_you_mean, fault
from coachbot.authoring.moments import MomentFiles
from coachbot.authoring.reading import DEFAULT_LANGUAGE
from coachbot.authoring.yaml_reader import Document
from coachbot.safety import Detector


def check_moments(context: Context) -> Iterator[Fault]:
    """Everything that keeps a moment from being met as its author means it."""
    files = context.reading.moments
    if files is None:
        return
    yield from _dialogs(context, files)
    yield from _twice(files)
    yield from _never_in(context, files)
    yield from _lacking(files)
    if files.detector is not None:
        for language, document in files.words.items():
            yield from _examples(files, files.detector, language, document)


def _dialogs(context: Context, files: MomentFiles) -> Iterator[Fault]:
    for place, moment in enumerate(files.moments.of):
        line = files.file.line("moments", place, "dialog")
        draft = context.reading.drafts.get(moment.dialog)
        if moment.dialog and not context.reading.knows(moment.dialog):
            cure = did_you_mean(moment.dialog, context.reading.drafts)
            yield fault(files.file.file, line, "MOMENT_001", f"'{moment.dialog}' is not a dialog", cure)
        elif draft is not None and draft.takes:
            message = f"'{moment.dialog}' takes {', '.join(draft.takes)}, and a moment hands nothing over"
            yield fault(files.file.file, line, "DIALOG_014", message, "Let another dialog call it.")


def _twice(files: MomentFiles) -> Iterator[Fault]:
    codes = [moment.code for moment in files.moments.of]
    for place, code in enumerate(codes):
        if code in codes[:place]:
            line = files.file.line("moments", place, "code")
            yield fault(files.file.file, line, "DIALOG_018", f"there are two moments '{code}'")


def _never_in(context: Context, files: MomentFiles) -> Iterator[Fault]:
    """A slip here would let a moment in where none is wanted."""
    names = context.reading.drafts
    named = (("never_in", files.moments.never_in), ("never_after", files.moments.never_after))
    for key, place, start in ((key, place, start) for key, starts in named for place, start in enumerate(starts)):
        if not any(name.startswith(start) for name in names):
            line = files.file.line(key, place)
            cure = did_you_mean(start, names)
            yield fault(files.file.file, line, "MOMENT_001", f"no dialog begins with '{start}'", cure)


def _lacking(files: MomentFiles) -> Iterator[Fault]:
    """Words and examples of both kinds, in the default language; elsewhere where the file has the moment."""
    if DEFAULT_LANGUAGE not in files.words:
        message = f"there is no content/{DEFAULT_LANGUAGE}/moments.yaml"
        yield fault(files.file.file, 1, "MOMENT_002", message, "Write it: the words of each moment.")
    for language, document in files.words.items():
        for moment in files.moments.of:
            written = document.data.get(moment.code)
            if written is None and language == DEFAULT_LANGUAGE:
                yield fault(document.file, 1, "MOMENT_002", f"the moment '{moment.code}' has no words here")
            for key in ("meant", "not_meant") if isinstance(written, dict) else ():
                if not isinstance(written.get(key), list) or not written[key]:
                    line = document.line(moment.code, key)
                    yield fault(document.file, line, "MOMENT_002", f"'{moment.code}' has no examples under {key}")


def _examples(files: MomentFiles, detector: Detector, language: str, document: Document) -> Iterator[Fault]:
    for moment in files.moments.of:
        written = document.data.get(moment.code)
        for key in ("meant", "not_meant") if isinstance(written, dict) else ():
            lines = written.get(key)
            for place, text in enumerate(lines if isinstance(lines, list) else ()):
                found = tuple(dict.fromkeys(one.kind for one in detector.all(str(text), language)))
                line = document.line(moment.code, key, place)
                yield from _example(document.file, line, moment.code, key == "meant", str(text), found)


def _example(file: str, line: int, code: str, meant: bool, text: str, found: tuple[str, ...]) -> Iterator[Fault]:
    if meant and code in found and len(found) > 1:
        others = ", ".join(f"'{one}'" for one in found if one != code)
        yield fault(file, line, "MOMENT_004", f"'{text}' also means {others}")
    elif meant and code not in found:
        read_as = f"means '{found[0]}'" if found else "is not read at all"
        yield fault(file, line, "MOMENT_003", f"'{text}' {read_as}")
    elif not meant and code in found:
        yield fault(file, line, "MOMENT_003", f"'{text}' is read as '{code}'")
