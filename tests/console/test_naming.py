"""What staff read of an alert is said in words: each kind that a talk or a rule can raise has a name and advice."""

from __future__ import annotations

import re
from pathlib import Path

from coachbot.authoring.pack import Pack
from coachbot.console.rendering import ALERTS

ROOT = Path(__file__).parent.parent.parent
#: Raised by the service itself, and by no file.
_BY_ITSELF = {"message", "hand_over", "waits_for_confirmation", "withdrew", "unreachable"}


def test_every_kind_of_alert_has_a_name_and_advice(pack: Pack) -> None:
    dialogs = "".join(path.read_text("utf-8") for path in (ROOT / "dialogs").rglob("*.yaml"))
    raised = set(re.findall(r"alert: \{kind: (\w+)", dialogs)) | set(pack.safety.rules["kinds"]) | _BY_ITSELF
    assert len(raised) > 20
    assert raised - set(ALERTS) == set()
    assert all(name and advice for name, advice in ALERTS.values())
