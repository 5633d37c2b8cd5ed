"""A dozen screenplays of all kinds through each channel; `coachbot test tests/screenplays --channel NAME` plays all."""

from __future__ import annotations

from io import StringIO

import pytest

from coachbot.testing.fronts import FRONTS
from coachbot.testing.running import run_screenplays
from tests.conftest import ROOT

SCREENPLAYS = ROOT / "tests" / "screenplays"
#: Coming in, evenings, practices, danger, questionnaires, staff, time, typing, leaving.
DOZEN = (
    "enrolment/codes",
    "enrolment/consent_refused",
    "cse/plan_again",
    "sct/evening_in_silence",
    "practice/restart_in_the_middle",
    "assessment/item_9_on_the_page",
    "safety/cauda_equina_in_free_text",
    "safety/two_dangers_in_one_text",
    "staff/hand_over",
    "time/comes_back_after_a_week",
    "reading/what_tired_people_type",
    "stop_and_erase",
)
#: What a channel cannot do, in the words of the command.
DIFFERENT = {
    ("web", "enrolment/codes"): "nobody writes in the web chat without a code",
    ("wechat", "evening_checkin"): "an earlier question has no buttons that could still be pressed",
    ("wechat", "practice/stop_pause_slower"): "any word brings its next line",
    # who is rung for writes a word there, and is never silent for a week
    ("wechat", "time/comes_back_after_a_week"): "takes few messages after a patient's word",
    ("wechat", "leaving/asks_for_a_copy"): "WeChat takes no message of the kind 'file'",
}


def played(name: str, channel: str) -> str:
    out = StringIO()
    assert run_screenplays([SCREENPLAYS / f"{name}.screenplay"], out=out, front=channel) == 0, out.getvalue()
    return out.getvalue()


#: Words as long as a code on the web, a whole session and days of silence on WeChat.
BESIDES = {("web", "cse/evening_flare"), ("wechat", "sct/session_1"), ("wechat", "time/clocks_go_forward_in_berlin")}
ALL = sorted({(channel, name) for channel in FRONTS for name in DOZEN} | set(DIFFERENT) | BESIDES)


@pytest.mark.slow
@pytest.mark.parametrize(("channel", "name"), ALL)
def test_a_screenplay_comes_true_on_a_channel_or_differs_for_a_known_reason(channel: str, name: str) -> None:
    out = StringIO()
    assert run_screenplays([SCREENPLAYS / f"{name}.screenplay"], out=out, front=channel) == 0, out.getvalue()
    reason = DIFFERENT.get((channel, name))
    if reason is None:
        assert out.getvalue().startswith("ok "), out.getvalue()
    else:
        assert reason in out.getvalue()
