"""Which words an expression can hold: those without which it can't match, and all that it knows.

Walking through the nodes, the words that may be under way are kept as a small set. At every certain space (and at the
end) the match must hold one of them as a whole word: that is a slot. A text in which some slot of an entry
has no word need not be searched for that entry; that is the whole prefilter, and it can lose nothing.
"""

from __future__ import annotations

from typing import NamedTuple

from coachbot.safety.folding import is_unspaced
from coachbot.safety.patterns import Choice, Letter, Letters, Node, Repeat, Sequence

#: More words under way than that are not followed up: what comes is taken as unknown.
_MOST_UNDER_WAY = 400
#: The beginning of an unknown word must have so many letters to be looked for.
_SHORTEST_BEGINNING = 3


class Slot(NamedTuple):
    """Whole words and beginnings of words; every match holds at least one of them."""

    words: frozenset[str]
    beginnings: tuple[str, ...] = ()

    def in_text(self, plain: str, words: frozenset[str]) -> bool:
        """Whether a text has any of them."""
        return not self.words.isdisjoint(words) or any(start in plain for start in self.beginnings)


class _Word(NamedTuple):
    """A word under way."""

    letters: str = ""
    #: More letters may have followed, nobody knows which.
    unknown: bool = False
    #: It is complete although no space has come: a letter of a script without spaces.
    whole: bool = False


_UnderWay = frozenset[_Word]


class WordWalk:
    """One walk through an expression."""

    def __init__(self, tree: Sequence) -> None:
        #: Where every match must hold one of a set of words.
        self.slots: list[Slot] = []
        #: Every whole word that may occur.
        self.words: set[str] = set()
        self._finish(self._through(tree, frozenset({_Word()}), certain=True), certain=True)

    def _through(self, tree: Sequence, under_way: _UnderWay, *, certain: bool) -> _UnderWay:
        for node in _runs(tree):
            if isinstance(node, str):
                under_way = frozenset(_longer(word, node) for word in under_way)
            elif isinstance(node, Letter):
                under_way = self._letter(node.letter, under_way, certain=certain)
            elif isinstance(node, Letters):
                under_way = self._letters(node, under_way)
            elif isinstance(node, Choice):
                ways = [self._through(option, under_way, certain=False) for option in node.options]
                under_way = frozenset().union(*ways)
            elif isinstance(node, Repeat):
                under_way = self._repeat(node, under_way)
            if len(under_way) > _MOST_UNDER_WAY:
                under_way = frozenset({_Word(unknown=True)})
        return under_way

    def _letter(self, letter: str, under_way: _UnderWay, *, certain: bool) -> _UnderWay:
        if letter == " ":
            self._finish(under_way, certain=certain)
            return frozenset({_Word()})
        if is_unspaced(letter):
            self._finish(under_way, certain=False)
            self._finish(frozenset({_Word(letter)}), certain=certain)
            return frozenset({_Word(letter, whole=True)})
        return frozenset(_longer(word, letter) for word in under_way)

    def _letters(self, node: Letters, under_way: _UnderWay) -> _UnderWay:
        if node.options:
            ways = [self._letter(letter, under_way, certain=False) for letter in node.options]
            return frozenset().union(*ways)
        if node.spaced:
            self._finish(under_way, certain=False)
            return frozenset({_Word(unknown=True)})
        # a letter of a script without spaces may be among them, and then the word before it was complete
        return frozenset(_Word("", unknown=True) if word.whole else word._replace(unknown=True) for word in under_way)

    def _repeat(self, node: Repeat, under_way: _UnderWay) -> _UnderWay:
        if node.low == node.high == 1:
            return self._through(node.body, under_way, certain=False)
        once = self._through(node.body, under_way, certain=False)
        ends = once if node.low == 1 else under_way | once
        if node.high == 1:
            return ends
        if node.low > 1:
            return frozenset({_Word(unknown=True)})
        again = self._through(node.body, once, certain=False)
        if node.high == 2 or again <= ends | once:
            return ends | again
        return ends | again | frozenset(word._replace(unknown=True) for word in again)

    def _finish(self, under_way: _UnderWay, *, certain: bool) -> None:
        self.words |= {word.letters for word in under_way if word.letters and not word.unknown}
        if certain and (slot := _slot(under_way)):
            self.slots.append(slot)


def _runs(tree: Sequence) -> list[Node | str]:
    """The nodes, with letters in a row that neither end a word nor are one put together."""
    nodes: list[Node | str] = []
    for node in tree:
        if not isinstance(node, Letter) or node.letter == " " or is_unspaced(node.letter):
            nodes.append(node)
        elif nodes and isinstance(nodes[-1], str):
            nodes[-1] += node.letter
        else:
            nodes.append(node.letter)
    return nodes


def _longer(word: _Word, letters: str) -> _Word:
    if word.whole:
        return _Word(letters)
    return word if word.unknown else _Word(word.letters + letters)


def _slot(under_way: _UnderWay) -> Slot | None:
    beginnings = {word.letters for word in under_way if word.unknown}
    words = {word.letters for word in under_way if not word.unknown}
    if "" in words or any(len(start) < _SHORTEST_BEGINNING for start in beginnings):
        return None
    return Slot(frozenset(words), tuple(sorted(beginnings)))
