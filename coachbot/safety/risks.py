"""What makes an expression unfit for the words of danger: it never finds, always finds, or may run for ages.

With these rules the work of one expression at one place of a text is bounded, so that reading stays linear.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from coachbot.safety.folding import BREAK, fold_letter
from coachbot.safety.patterns import Choice, Letter, Letters, Look, Node, Repeat, Sequence, Unread

#: A repeated group is read at most so often.
MOST_TIMES = 12
#: So many open repeats may stand in one word.
MOST_OPEN = 2
Risk = tuple[str, str]
_SPACE = Letter(" ")


def risks(tree: Sequence) -> list[Risk]:
    """Every risk of an expression, as message and cure."""
    found = [risk for node in _walk(tree) for risk in _of(node)]
    if _may_be_empty(tree):
        found.append(("it matches an empty text.", "Make at least one of its words certain."))
    if _open_in_a_row(tree) > MOST_OPEN:
        found.append(("several open repeats stand in one word.", "Keep one \\w* at the end of a word."))
    return list(dict.fromkeys(found))


def _walk(tree: Sequence) -> list[Node]:
    """Every node, and what is inside of it after it."""
    nodes: list[Node] = []
    for node in tree:
        nodes.append(node)
        for inside in _inside(node):
            nodes.extend(_walk(inside))
    return nodes


def _inside(node: Node) -> tuple[Sequence, ...]:
    if isinstance(node, Repeat | Look):
        return (node.body,)
    return node.options if isinstance(node, Choice) else ()


def _of(node: Node) -> Iterable[Risk]:
    if isinstance(node, Letter):
        return _lost(node.letter)
    if isinstance(node, Letters):
        return [risk for letter in node.options for risk in _lost(letter)]
    if isinstance(node, Unread):
        return ((f"a {node.name} has no meaning here.", "Write the words out, or split it into two entries."),)
    return _of_repeat(node) if isinstance(node, Repeat) else ()


@cache
def _lost(letter: str) -> tuple[Risk, ...]:
    """A character that no folded text contains: the expression would never find anything there."""
    folded = fold_letter(letter)
    if folded == letter != BREAK:
        return ()
    shown = {"": "nothing (leave it out)", BREAK: "a space", " ": "a space"}.get(folded, f"'{folded}'")
    return ((f"'{letter}' never occurs in a text as it is read.", f"It is read as {shown}."),)


def _of_repeat(node: Repeat) -> Iterator[Risk]:
    single = len(node.body) == 1 and isinstance(node.body[0], Letter | Letters)
    if node.high is None and not single:
        yield "a repeated group has no end.", f"Give it one, such as {{0,{MOST_TIMES // 2}}}."
    if node.high is None and single and _spaced(node.body[0]):
        yield "it runs on without end over whole sentences.", "Give it an end, such as .{0,40}."
    if not single and node.high is not None and _times(node) > MOST_TIMES:
        yield "a group is repeated too often.", f"At most {MOST_TIMES} times, inner repeats included."
    if node.high != 1 and not single and not _has_fence(node.body):
        yield (
            "nested repeats may take for ages.",
            "Let the repeated group begin or end with a space and hold nothing open but \\w+ or \\w*.",
        )


def _times(node: Repeat) -> int:
    inner = [_times(part) for part in _walk(node.body) if isinstance(part, Repeat) and part.high is not None]
    return (node.high or 1) * max(inner, default=1)


def _has_fence(body: Sequence) -> bool:
    """No open repeat inside, or a certain space at an end that the open repeats can't take."""
    inner = [part for part in _walk(body) if isinstance(part, Repeat) and part.high is None]
    if not inner:
        return True
    narrow = not any(_spaced(part) for repeat in inner for part in repeat.body)
    return narrow and _SPACE in (body[0], body[-1])


def _spaced(node: Node) -> bool:
    return node == _SPACE or (isinstance(node, Letters) and node.spaced)


def _may_be_empty(tree: Sequence) -> bool:
    for node in tree:
        if isinstance(node, Letter | Letters):
            return False
        if isinstance(node, Choice) and not any(_may_be_empty(option) for option in node.options):
            return False
        if isinstance(node, Repeat) and node.low and not _may_be_empty(node.body):
            return False
    return True


def _open_in_a_row(tree: Sequence) -> int:
    """The most open repeats that stand in one word of the expression."""
    most = count = 0
    for node in tree:
        if isinstance(node, Letter):
            count = 0 if node.letter == " " else count
        elif isinstance(node, Repeat):
            count += 1 if node.high is None else _open_in_a_row(node.body)
        elif isinstance(node, Choice):
            count += max(_open_in_a_row(option) for option in node.options)
        most = max(most, count)
    return most
