"""Learn what danger looks like from the lines of a language, and write it down: `make likeness`.

Reads content/<language>/safety/lines/*.yaml (`lines:` of `{kind, text}`; kind is a kind of danger, or harmless) and
writes content/<language>/safety/likeness.json. Needs numpy, which the coach itself does not. What is learned is a
logistic regression for each kind over the signs of coachbot.safety.likeness. Of a dangerous text, only the passage that
speaks most for the danger is learned from, since the rest of it is harmless; of a harmless one, every passage.

The limits are set on scores that each line got from a model that had not seen it (five parts, each left out once), so
that of the harmless lines no more than `READINGS` allows are taken for danger. The figures printed are those, too; they
are a little kinder than the truth, because one hand wrote lines that resemble each other. docs/safety.md has figures
from lines kept apart.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from coachbot.authoring.pack import read_pack
from coachbot.authoring.safety import lines_digest
from coachbot.authoring.yaml_reader import read_yaml
from coachbot.rendering import Words
from coachbot.safety.likeness import known_in, passages, signs_of, words_of

CONTENT = Path(__file__).parents[1] / "content"
#: The kinds that are learned; any other line is harmless.
KINDS = ("crisis", "cauda_equina", "red_flag")
HARMLESS = "harmless"
#: Words files whose buttons may well name danger.
ALARMING = ("safety/", "hard/", "screening/", "instruments/", "common/flare", "common/changes")
#: What a text is read as, by which of `KINDS` it resembles, and how many of a hundred harmless lines, most of them
#: written to look dangerous, may be taken for it. What resembles a crisis less is asked about before anything follows.
READINGS = (("crisis", 0, 1.0), ("worry", 0, 5.0), ("cauda_equina", 1, 1.0), ("red_flag", 2, 1.0))
#: A sign is learned if so many lines have it, and written down if any weight is at least this (thousandths).
SEEN, LEAST = 3, 25
PARTS, ROUNDS, STEPS, RATE, SHRINK = 5, 2, 80, 0.1, 3e-6


class Line(NamedTuple):
    """A line somebody might type."""

    kind: str
    text: str


class Model(NamedTuple):
    """Weights by sign and kind."""

    signs: dict[str, int]
    weights: Any
    bias: Any


def read_lines(folder: Path) -> list[Line]:
    """Every line of a folder, in the order of its files."""
    found = []
    for file in sorted(folder.glob("*.yaml")):
        data = read_yaml(str(file), file.read_text("utf-8"))[0].data
        found += [Line(str(one["kind"]), str(one["text"])) for one in data["lines"]]
    return found


def offered(words: Words, language: str) -> list[Line]:
    """What the coach itself lets people press or say in everyday talks, which must never sound alarming to it."""
    labels = (
        label
        for path in words.paths(language)
        if not path.startswith(ALARMING)
        for section in words.sections(language, path).values()
        for _, label in section.labels
    )
    moments = read_yaml("moments", (CONTENT / language / "moments.yaml").read_text("utf-8"))[0].data
    meant = (
        text for moment in moments.values() if isinstance(moment, dict) for text in _texts(moment, "meant", "not_meant")
    )
    phrases = _texts(read_yaml("phrases", (CONTENT / language / "phrases.yaml").read_text("utf-8"))[0].data)
    texts = dict.fromkeys(text for text in (*labels, *phrases, *meant) if "{" not in text and "safe" not in text)
    return [Line(HARMLESS, text) for text in texts]


def _texts(data: Any, *only: str) -> Iterator[str]:
    if isinstance(data, dict):
        for key, one in data.items():
            if not only or key in only:
                yield from _texts(one)
    elif isinstance(data, list):
        for one in data:
            yield from _texts(one)
    elif isinstance(data, str):
        yield data


def learn(lines: Sequence[Line]) -> Model:
    """A model of some lines."""
    texts = [words_of(line.text) for line in lines]
    seen = Counter(sign for words in texts for sign in {sign for place in signs_of(words) for sign in place})
    signs = {sign: number for number, sign in enumerate(sorted(one for one, times in seen.items() if times >= SEEN))}
    read = [_passages(words, signs) for words in texts]
    weights, bias = np.zeros((len(signs) + 1, len(KINDS))), np.full(len(KINDS), -2.0)
    for turn in range(ROUNDS):
        rows, wanted, worth = [], [], []
        for line, parts in zip(lines, read, strict=True):
            if line.kind == HARMLESS:
                rows += parts
                wanted += [[0.0] * len(KINDS)] * len(parts)
                worth += [len(parts) ** -0.5] * len(parts)
            else:
                kind = KINDS.index(line.kind)
                whole = [one for part in parts for one in part]
                rows.append(max(parts, key=lambda part: _score(part, weights, bias)[kind]) if turn else whole)
                wanted.append([float(one == line.kind) for one in KINDS])
                worth.append(1.0)
        weights, bias = _fitted(rows, np.array(wanted), np.array(worth), weights, bias)
    return Model(signs, weights, bias)


def scores(lines: Sequence[Line], model: Model) -> Any:
    """The highest score of any passage, by line and kind."""
    read = (_passages(words_of(line.text), model.signs) for line in lines)
    return np.array([np.max([_score(part, model.weights, model.bias) for part in parts], axis=0) for parts in read])


def _passages(words: Sequence[str], signs: dict[str, int]) -> list[list[int]]:
    """The signs of each passage by number; the last number of all stands for a repetition and weighs nothing."""
    known = known_in(words, signs, len(signs))
    return [[one for place in known[start:stop] for one in place] for start, stop in passages(len(words))]


def _score(passage: Sequence[int], weights: Any, bias: Any) -> Any:
    return weights[passage].sum(0) / max(1, len(passage)) ** 0.5 + bias if passage else bias


def _fitted(rows: Sequence[Sequence[int]], wanted: Any, worth: Any, weights: Any, bias: Any) -> tuple[Any, Any]:
    """Adam on the logistic loss, over all rows at once: no chance is in it."""
    lengths = [len(row) for row in rows]
    column = np.array([one for row in rows for one in row], int)
    row = np.repeat(np.arange(len(rows)), lengths)
    value = np.repeat(1 / np.sqrt(np.maximum(1, lengths)), lengths)
    weights, bias = weights.copy(), bias.copy()
    mean, spread = [np.zeros_like(weights), np.zeros_like(bias)], [np.zeros_like(weights), np.zeros_like(bias)]
    kinds = range(weights.shape[1])
    for step in range(1, STEPS + 1):
        score = np.stack([np.bincount(row, weights[column, kind] * value, len(rows)) for kind in kinds], 1) + bias
        error = (1 / (1 + np.exp(-score)) - wanted) * worth[:, None] / worth.sum()
        slope = np.stack([np.bincount(column, error[row, kind] * value, len(weights)) for kind in kinds], 1)
        slope[-1] = 0  # a repetition
        for place, (part, change) in enumerate(((weights, slope + SHRINK * weights), (bias, error.sum(0)))):
            mean[place] = 0.9 * mean[place] + 0.1 * change
            spread[place] = 0.99 * spread[place] + 0.01 * change * change
            part -= RATE * (mean[place] / (1 - 0.9**step)) / (np.sqrt(spread[place] / (1 - 0.99**step)) + 1e-7)
    return weights, bias


def left_out(lines: Sequence[Line]) -> Any:
    """The scores of each line from a model that has not seen it."""
    found = np.zeros((len(lines), len(KINDS)))
    for part in range(PARTS):
        model = learn([line for number, line in enumerate(lines) if number % PARTS != part])
        unseen = [number for number in range(len(lines)) if number % PARTS == part]
        found[unseen] = scores([lines[number] for number in unseen], model)
    return found


def limits_of(lines: Sequence[Line], found: Any) -> list[tuple[str, int, float]]:
    """`READINGS`, with the score above which each is taken for what it is."""
    harmless = found[[line.kind == HARMLESS for line in lines]]
    return [(kind, one, float(np.quantile(harmless[:, one], 1 - share / 100))) for kind, one, share in READINGS]


def report(lines: Sequence[Line], found: Any, limits: Sequence[tuple[str, int, float]]) -> None:
    """What the lines of each kind are read as."""
    print(f"{'':14}{'lines':>6}" + "".join(f"{kind:>14}" for kind, _, _ in limits) + f"{'any':>14}")
    for kind in (*KINDS, HARMLESS):
        mine = found[[line.kind == kind for line in lines]]
        over = [mine[:, one] > above for _, one, above in limits]
        shares = [one.mean() for one in (*over, np.any(over, axis=0))]
        print(f"{kind:<14}{len(mine):>6}" + "".join(f"{share:>14.1%}" for share in shares))


def written(digest: str, model: Model, limits: Sequence[tuple[str, int, float]]) -> str:
    """The file, one sign a line."""

    def whole(values: Any) -> list[int]:
        return [round(float(value) * 1000) for value in values]

    rows = {sign: whole(model.weights[number]) for sign, number in model.signs.items()}
    kept = {sign: row for sign, row in rows.items() if max(map(abs, row)) >= LEAST}
    readings = [[kind, one, round(above * 1000)] for kind, one, above in limits]
    head = {"lines": digest, "bias": whole(model.bias), "readings": readings}
    top = ",\n".join(f'"{key}": {json.dumps(value)}' for key, value in head.items())
    body = ",\n".join(f"{json.dumps(sign, ensure_ascii=False)}: {json.dumps(row)}" for sign, row in kept.items())
    return f'{{\n{top},\n"weights": {{\n{body}\n}}\n}}\n'


def main() -> None:
    """Every language that has lines."""
    for folder in sorted(CONTENT.glob("*/safety/lines")):
        lines = read_lines(folder)
        everything = [*lines, *offered(read_pack(CONTENT.parent).words, folder.parts[-3])]
        found = left_out(everything)
        limits = limits_of(lines, found[: len(lines)])
        report(lines, found[: len(lines)], limits)
        (folder.parent / "likeness.json").write_text(written(lines_digest(folder), learn(everything), limits), "utf-8")


if __name__ == "__main__":
    main()
