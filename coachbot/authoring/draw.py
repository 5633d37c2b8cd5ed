"""Drawings of dialogs: Mermaid text always, SVG where Graphviz is installed."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator

from coachbot.engine.model import Branch, Dialog, State

#: What to tell somebody who wants an SVG and has no Graphviz.
NO_GRAPHVIZ = "Graphviz is not installed (no `dot` on the path). Install it, or use the Mermaid text."
_LONGEST_GUARD = 40
_SECONDS = 20


def mermaid(dialog: Dialog) -> str:
    """The dialog as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", f"    [*] --> {dialog.start}"]
    for state in dialog.states.values():
        lines.append(f'    state "{_quoted(_title(state))}" as {state.name}')
        lines.extend(f"    {state.name} --> {to}{f' : {_quoted(why)}' if why else ''}" for to, why in _ways(state))
        if state.end is not None:
            lines.append(f"    {state.name} --> [*] : {state.end}")
    return "\n".join(lines) + "\n"


def svg(dialog: Dialog) -> bytes | None:
    """The dialog as SVG; None without Graphviz (see NO_GRAPHVIZ)."""
    dot = shutil.which("dot")
    if dot is None:
        return None
    drawn = subprocess.run(
        [dot, "-Tsvg"], input=graphviz(dialog).encode(), capture_output=True, timeout=_SECONDS, check=True
    )
    return drawn.stdout


def graphviz(dialog: Dialog) -> str:
    """The dialog in Graphviz's language."""
    lines = [
        f'digraph "{dialog.id}" {{',
        '  node [shape=box style="rounded,filled" fillcolor="#f4f1ea" fontname="sans-serif" fontsize=11];',
        '  edge [fontname="sans-serif" fontsize=9 color="#666666"];',
        '  begin [shape=circle label="" width=0.15 fillcolor=black];',
        f'  begin -> "{dialog.start}";',
    ]
    for state in dialog.states.values():
        lines.append(f'  "{state.name}" [label="{_quoted(_title(state))}"{_colour(state)}];')
        lines.extend(f'  "{state.name}" -> "{to}" [label="{_quoted(why)}"];' for to, why in _ways(state))
        if state.end is not None:
            end = f"end {state.end}"
            lines.append(f'  "{end}" [shape=ellipse label="{state.end}" fillcolor="#dddddd"];')
            lines.append(f'  "{state.name}" -> "{end}";')
    return "\n".join([*lines, "}"]) + "\n"


def _title(state: State) -> str:
    """A state's name, and below it what it does."""
    return "\\n".join([state.name, *_parts(state)])


def _parts(state: State) -> Iterator[str]:
    if state.says:
        yield "says"
    if state.ask is not None:
        yield f"asks: {state.ask.kind}"
    for action in state.do:
        yield f"does: {action.name}"
    if state.call is not None:
        yield f"calls: {state.call.dialog or state.call.folder + '...'}"


def _ways(state: State) -> Iterator[tuple[str, str]]:
    """Where a state leads, and why."""
    several = len(state.branches) > 1
    for branch in state.branches:
        yield branch.to, _why(branch, several)


def _why(branch: Branch, several: bool) -> str:
    if branch.answer is not None:
        return branch.answer
    if branch.source:
        return branch.source if len(branch.source) <= _LONGEST_GUARD else f"{branch.source[: _LONGEST_GUARD - 1]}…"
    return "else" if several else ""


def _colour(state: State) -> str:
    if state.ask is not None:
        return ' fillcolor="#dcebf7"'
    return ' fillcolor="#e6f2e0"' if state.call is not None else ""


def _quoted(text: str) -> str:
    return text.replace('"', "'")
