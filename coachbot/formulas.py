"""Formulas and the sandbox: Jinja2's syntax, bounded and read once when the pack is loaded.

Texts are templates in an immutable sandbox with StrictUndefined: a value that is missing can be tested
(`is missing`), but never printed. Formulas (`when`, `set`, `with`) become plain Python closures over a short
list of allowed constructs: no calls, no loops, no assignments. A closure costs well under a microsecond,
where `Environment.compile_expression` costs seven.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import Any, cast

from jinja2 import StrictUndefined, TemplateSyntaxError, Undefined, nodes
from jinja2.environment import Template
from jinja2.exceptions import TemplateError
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

from coachbot.engine.model import Scope

#: Most values a list in a text runs over.
MOST_VALUES = 100
#: Control characters structure a text (`coachbot.rendering`), so no value a patient typed may bring them in.
_NO_CONTROLS = dict.fromkeys((*range(9), 11, 12, *range(14, 32)))

Compiled = Callable[[Scope], Any]


class FormulaError(ValueError):
    """A formula or text that can't be read; the text says what is wrong and what to do."""


class WordsError(LookupError):
    """Words that no language has, or a text that shows a missing value."""


# --- values -------------------------------------------------------------------------------------------


def is_missing(value: object) -> bool:
    """Whether a value was never given: a skipped slot, or a fact nobody knows."""
    return value is None or isinstance(value, Undefined)


def _shown(value: Any) -> Any:
    if isinstance(value, str):
        return value.translate(_NO_CONTROLS)
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    if isinstance(value, tuple | list):
        return ", ".join(str(_shown(one)) for one in islice(value, MOST_VALUES))
    if value is None:
        raise WordsError("A missing value can't be shown. Guard it: {% if x is not missing %}.")
    return value


def _default(value: Any, other: Any = "") -> Any:
    return other if is_missing(value) else value


def _length(value: Any) -> int:
    return 0 if is_missing(value) else len(value)


def _rounded(value: float, digits: int = 0) -> float:
    return round(value, digits) if digits else int(value + (0.5 if value >= 0 else -0.5))


def _times(left: Any, right: Any) -> Any:
    return _numbers(left, right) and left * right


def _remainder(left: Any, right: Any) -> Any:
    return _numbers(left, right) and left % right


def _numbers(left: Any, right: Any) -> bool:
    """Both are numbers: `*` and `%` on texts could grow without bound."""
    if isinstance(left, int | float) and isinstance(right, int | float):
        return True
    raise FormulaError("Only numbers can be multiplied or divided.")


def _int(value: Any, other: int = 0) -> int:
    try:
        return int(float(value))
    except (TypeError, ValueError, OverflowError):
        return other


def _digits(text: Any, last: int = 0) -> str:
    """The digits of a text, or the last few: "+44 7700 900123" and "07700 900123" end alike."""
    return "".join(one for one in str(_shown(text)) if one.isdigit())[-last:]


def _join(values: Any, with_: str = ", ") -> str:
    return with_.join(str(_shown(one)) for one in islice(values, MOST_VALUES))


#: The filters and tests that authors have; nothing else of Jinja's is reachable.
FILTERS: Mapping[str, Callable[..., Any]] = {
    "default": _default,
    "length": _length,
    "round": _rounded,
    "int": _int,
    "abs": abs,
    "join": _join,
    "first": lambda values: next(iter(values), None),
    "last": lambda values: values[-1] if values else None,
    "lower": lambda text: str(text).lower(),
    "upper": lambda text: str(text).upper(),
    "bare": lambda text: str(_shown(text)).strip().rstrip("."),
    "digits": _digits,
    "sentence": lambda text: str(text)[:1].upper() + str(text)[1:],
    "capitalize": lambda text: str(text).capitalize(),
}
TESTS: Mapping[str, Callable[[Any], bool]] = {
    "missing": is_missing,
    "defined": lambda value: not is_missing(value),
}


# --- the sandbox --------------------------------------------------------------------------------------


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja2 without globals, with our filters and tests only; keys of facts come before attributes."""

    intercepted_binops = frozenset(["*", "**", "%"])

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A key of a mapping; anything else, and anything unknown, is missing."""
        if isinstance(obj, Mapping):
            value = obj.get(attribute)
            return self.undefined(name=attribute) if value is None else value
        return self.undefined(name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """A key of a mapping or a place in a list; what is not there is missing."""
        try:
            return obj[argument]
        except (LookupError, TypeError, TemplateError):
            return self.undefined(name=str(argument))

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Multiplication and remainders of numbers only; no powers."""
        if operator == "**":
            raise FormulaError("Powers are not calculated here.")
        return _times(left, right) if operator == "*" else _remainder(left, right)


class _Missing(StrictUndefined):
    """A missing value: equal to nothing, and still never printed. A check-in must not fail over a comparison."""

    def __eq__(self, other: object) -> bool:  # type: ignore[override]
        return is_missing(other)

    def __ne__(self, other: object) -> bool:  # type: ignore[override]
        return not is_missing(other)

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(None)


def _environment() -> _Sandbox:
    sandbox = _Sandbox(undefined=_Missing, finalize=_shown, autoescape=False, cache_size=0)
    sandbox.globals.clear()
    sandbox.filters = dict(FILTERS)
    sandbox.tests = dict(TESTS)
    return sandbox


_SANDBOX = _environment()


# --- formulas -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Formula:
    """A compiled expression: call it with a scope. Names that are not in the scope are missing (None)."""

    source: str
    #: What was read, for the checks.
    node: nodes.Expr
    run: Compiled
    #: The names it reads, dotted (`diary.cse_week`), and what reads each.
    reads: Mapping[str, Compiled] = field(default_factory=dict)

    def __call__(self, scope: Scope) -> Any:
        return self.run(scope)


@lru_cache(maxsize=2048)
def compile_expression(source: str) -> Formula:
    """Compile a guard or expression in Jinja2's syntax, once. Raises FormulaError if it can't be read."""
    try:
        parser = Parser(_SANDBOX, source, state="variable")
        node = parser.parse_expression()
        if not parser.stream.eos:
            raise FormulaError(f"'{source}' goes on after its end.")
        node.set_environment(_SANDBOX)
    except TemplateSyntaxError as error:
        raise FormulaError(f"'{source}' can't be read: {error.message}.") from None
    return Formula(source, node, _build(node), dict(_reads_in(node)))


def _reads_in(node: nodes.Node) -> Iterator[tuple[str, Compiled]]:
    """The names that a formula reads, whole (`a.b`, not `a` too), and what reads each."""
    dotted = _dotted(node)
    if dotted:
        yield dotted, _build(cast(nodes.Expr, node))
        return
    for child in node.iter_child_nodes():
        yield from _reads_in(child)


def _dotted(node: nodes.Node) -> str:
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr) and (left := _dotted(node.node)):
        return f"{left}.{node.attr}"
    return ""


def compile_text(source: str) -> Template:
    """A text as a template."""
    return _SANDBOX.from_string(source)


def parse_text(source: str) -> nodes.Template:
    """The syntax tree of a text, for the checks. Raises FormulaError with the line in it."""
    try:
        return _SANDBOX.parse(source)
    except TemplateSyntaxError as error:
        raise FormulaError(f"line {error.lineno} of the text can't be read: {error.message}.") from None


def _build(node: nodes.Expr) -> Compiled:
    builder = _BUILDERS.get(type(node))
    if builder is None:
        raise FormulaError(f"'{type(node).__name__.lower()}' is not possible in a formula.")
    return builder(node)


def _name(node: Any) -> Compiled:
    name = node.name
    return lambda scope: scope.get(name)


def _const(node: Any) -> Compiled:
    value = node.value
    return lambda scope: value


def _attribute(node: Any) -> Compiled:
    of, key = _build(node.node), node.attr

    def read(scope: Scope) -> Any:
        get = getattr(of(scope), "get", None)
        return get(key) if get else None

    def read_fact(scope: Scope) -> Any:
        get = getattr(scope.get(first), "get", None)
        return get(key) if get else None

    if isinstance(node.node, nodes.Name):
        first = node.node.name
        return read_fact  # what nearly every guard reads, with a call less
    return read


def _item(node: Any) -> Compiled:
    of, at = _build(node.node), _build(node.arg)

    def read(scope: Scope) -> Any:
        try:
            return of(scope)[at(scope)]
        except (LookupError, TypeError):
            return None

    return read


def _values(node: Any) -> Compiled:
    if fixed := _fixed(node):
        (values,) = fixed
        return lambda scope: values
    parts = [_build(one) for one in node.items]
    return lambda scope: tuple(part(scope) for part in parts)


def _fixed(node: Any) -> tuple[Any, ...]:
    """The value of what is the same in every scope, alone in a tuple; empty for anything else."""
    if isinstance(node, nodes.Const):
        return (node.value,)
    if isinstance(node, nodes.Tuple | nodes.List):
        values = [one.value for one in node.items if isinstance(one, nodes.Const)]
        return (tuple(values),) if len(values) == len(node.items) else ()
    return ()


_COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "gteq": operator.ge,
    "lt": operator.lt,
    "lteq": operator.le,
    "in": lambda value, values: value in values,
    "notin": lambda value, values: value not in values,
}


def _compare(node: Any) -> Compiled:
    left = _build(node.expr)
    steps = [(_COMPARE[step.op], _build(step.expr)) for step in node.ops]
    if len(steps) == 1:
        compare, right = steps[0]
        if fixed := _fixed(node.ops[0].expr):
            (value,) = fixed
            return lambda scope: compare(left(scope), value)
        return lambda scope: compare(left(scope), right(scope))

    def chain(scope: Scope) -> bool:
        value = left(scope)
        for compare, right in steps:
            following = right(scope)
            if not compare(value, following):
                return False
            value = following
        return True

    return chain


def _and(node: Any) -> Compiled:
    left, right = _build(node.left), _build(node.right)
    return lambda scope: left(scope) and right(scope)


def _or(node: Any) -> Compiled:
    left, right = _build(node.left), _build(node.right)
    return lambda scope: left(scope) or right(scope)


def _not(node: Any) -> Compiled:
    of = _build(node.node)
    return lambda scope: not of(scope)


def _negative(node: Any) -> Compiled:
    of = _build(node.node)
    return lambda scope: -of(scope)


def _binary(calculate: Callable[[Any, Any], Any]) -> Callable[[Any], Compiled]:
    def build(node: Any) -> Compiled:
        left, right = _build(node.left), _build(node.right)
        return lambda scope: calculate(left(scope), right(scope))

    return build


def _either(node: Any) -> Compiled:
    test, yes = _build(node.test), _build(node.expr1)
    no: Compiled = _build(node.expr2) if node.expr2 is not None else lambda scope: None
    return lambda scope: yes(scope) if test(scope) else no(scope)


def _joined(node: Any) -> Compiled:
    parts = [_build(one) for one in node.nodes]
    return lambda scope: "".join(str(_shown(part(scope))) for part in parts)


def _test(node: Any) -> Compiled:
    test = TESTS.get(node.name)
    if test is None or node.args:
        raise FormulaError(f"'is {node.name}' is not known. Use 'is missing' or 'is not missing'.")
    of = _build(node.node)
    return lambda scope: test(of(scope))


def _filter(node: Any) -> Compiled:
    use = FILTERS.get(node.name)
    if use is None or node.kwargs or node.dyn_args or node.dyn_kwargs:
        raise FormulaError(f"the filter '{node.name}' is not known. There are: {', '.join(FILTERS)}.")
    of, more = _build(node.node), [_build(one) for one in node.args]
    return lambda scope: use(of(scope), *(one(scope) for one in more))


_BUILDERS: Mapping[type, Callable[[Any], Compiled]] = {
    nodes.Name: _name,
    nodes.Const: _const,
    nodes.Getattr: _attribute,
    nodes.Getitem: _item,
    nodes.List: _values,
    nodes.Tuple: _values,
    nodes.Compare: _compare,
    nodes.And: _and,
    nodes.Or: _or,
    nodes.Not: _not,
    nodes.Neg: _negative,
    nodes.Add: _binary(operator.add),
    nodes.Sub: _binary(operator.sub),
    nodes.Mul: _binary(_times),
    nodes.Div: _binary(operator.truediv),
    nodes.FloorDiv: _binary(operator.floordiv),
    nodes.Mod: _binary(_remainder),
    nodes.CondExpr: _either,
    nodes.Concat: _joined,
    nodes.Test: _test,
    nodes.Filter: _filter,
}
#: The constructs a text may use beside those of a formula.
TEXT_NODES: frozenset[type] = frozenset(
    {*_BUILDERS, nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For, nodes.Operand}
)
