"""What a formula or text names, and where a missing value would break it.

A place is a dotted name: a slot (`pain_after`) or a fact (`diary.pain_last`). A place is *sure* where it
can't be missing. Guards make places sure: after `pain is not missing`, and after the first half of
`pain is missing or pain >= 7`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from jinja2 import nodes

Sure = frozenset[str]
NOTHING: Sure = frozenset()

#: Filters that bear a missing value.
_BEARING = ("default", "length")
_ORDERED = ("gt", "gteq", "lt", "lteq")


def place_of(node: nodes.Node) -> str:
    """The dotted name of a slot or fact; empty for anything else."""
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        inner = place_of(node.node)
        return f"{inner}.{node.attr}" if inner else ""
    return ""


def places_in(node: nodes.Node) -> Iterator[tuple[str, int]]:
    """Every place a formula or text names, in full, with its line in the text."""
    place = place_of(node)
    if place:
        yield place, node.lineno
        return
    for child in node.iter_child_nodes():
        yield from places_in(child)


# -- what a guard makes sure ------------------------------------------------------------------------------
def sure_if(node: nodes.Node | None, truth: bool) -> Sure:
    """Places that can't be missing once the formula turned out true (or false)."""
    if isinstance(node, nodes.Not):
        return sure_if(node.node, not truth)
    if isinstance(node, nodes.And | nodes.Or):
        left, right = sure_if(node.left, truth), sure_if(node.right, truth)
        return left | right if isinstance(node, nodes.And) == truth else left & right
    if isinstance(node, nodes.Test):
        is_there = (node.name == "defined") == truth
        return _one(node.node) if is_there else NOTHING
    if isinstance(node, nodes.Compare):
        return _sure_by_comparing(node, truth)
    return _one(node) if truth and node is not None else NOTHING


def _sure_by_comparing(node: nodes.Compare, truth: bool) -> Sure:
    if len(node.ops) != 1:
        return NOTHING
    step = node.ops[0]
    if step.op in _ORDERED:
        return _one(node.expr) | _one(step.expr)
    if step.op == "in":
        return (_one(node.expr) if truth else NOTHING) | _one(step.expr)
    equal = (step.op == "eq") == truth and step.op in ("eq", "ne")
    if not equal:
        return NOTHING
    if _is_value(step.expr):
        return _one(node.expr)
    return _one(step.expr) if _is_value(node.expr) else NOTHING


def _is_value(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Const) and node.value is not None


def _one(node: nodes.Node) -> Sure:
    place = place_of(node)
    return frozenset((place,)) if place else NOTHING


# -- where a missing value would break -----------------------------------------------------------------------
def risks(node: nodes.Node, sure: Sure) -> Iterator[str]:
    """Places that may be missing where the formula needs a value."""
    if isinstance(node, nodes.And | nodes.Or):
        yield from risks(node.left, sure)
        yield from risks(node.right, sure | sure_if(node.left, isinstance(node, nodes.And)))
    elif isinstance(node, nodes.CondExpr):
        yield from risks(node.test, sure)
        yield from risks(node.expr1, sure | sure_if(node.test, True))
        if node.expr2 is not None:
            yield from risks(node.expr2, sure | sure_if(node.test, False))
    elif isinstance(node, nodes.Compare):
        yield from _comparing(node, sure)
    elif isinstance(node, nodes.BinExpr | nodes.UnaryExpr | nodes.Concat) and not isinstance(node, nodes.Not):
        for child in node.iter_child_nodes():
            yield from needed(child, sure)
    elif isinstance(node, nodes.Filter):
        yield from _filtering(node, sure)
    elif not place_of(node):
        for child in node.iter_child_nodes():
            yield from risks(child, sure)


def needed(node: nodes.Node, sure: Sure) -> Iterator[str]:
    """Places that may be missing where this very value is needed."""
    place = place_of(node)
    if place:
        if place not in sure:
            yield place
    elif isinstance(node, nodes.Or):
        yield from risks(node.left, sure)
        yield from needed(node.right, sure | sure_if(node.left, False))
    elif isinstance(node, nodes.And):
        yield from needed(node.left, sure)
        yield from needed(node.right, sure | sure_if(node.left, True))
    elif isinstance(node, nodes.CondExpr):
        yield from risks(node.test, sure)
        yield from needed(node.expr1, sure | sure_if(node.test, True))
        if node.expr2 is not None:
            yield from needed(node.expr2, sure | sure_if(node.test, False))
    elif isinstance(node, nodes.Const):
        if node.value is None:
            yield "none"
    else:
        yield from risks(node, sure)


def may_be_missing(node: nodes.Node, sure: Sure) -> bool:
    """Whether a formula's own value may be missing."""
    return next(needed(node, sure), None) is not None


def _comparing(node: nodes.Compare, sure: Sure) -> Iterator[str]:
    ops = [step.op for step in node.ops]
    terms = [node.expr, *(step.expr for step in node.ops)]
    for place, term in enumerate(terms):
        beside = {*ops[max(place - 1, 0) : place], *ops[place : place + 1]}
        after_in = place > 0 and ops[place - 1] in ("in", "notin")
        if beside & set(_ORDERED) or after_in:
            yield from needed(term, sure)
        else:
            yield from risks(term, sure)


def _filtering(node: nodes.Filter, sure: Sure) -> Iterator[str]:
    if node.node is not None:
        yield from (risks if node.name in _BEARING else needed)(node.node, sure)
    for argument in node.args:
        yield from (needed if node.name == "default" else risks)(argument, sure)


# -- texts --------------------------------------------------------------------------------------------------
def text_risks(body: Iterable[nodes.Node], sure: Sure) -> Iterator[tuple[str, int]]:
    """Places that a text shows or needs although they may be missing, with their line in the text."""
    for node in body:
        if isinstance(node, nodes.Output):
            for part in node.nodes:
                yield from ((place, part.lineno) for place in needed(part, sure))
        elif isinstance(node, nodes.If):
            yield from _choosing(node, sure)
        elif isinstance(node, nodes.For):
            yield from ((place, node.lineno) for place in needed(node.iter, sure))
            yield from text_risks(node.body, sure | _one(node.target))


def _choosing(node: nodes.If, sure: Sure) -> Iterator[tuple[str, int]]:
    for test, body in ((node.test, node.body), *((one.test, one.body) for one in node.elif_)):
        yield from ((place, test.lineno) for place in risks(test, sure))
        yield from text_risks(body, sure | sure_if(test, True))
        sure = sure | sure_if(test, False)
    yield from text_risks(node.else_, sure)
