"""Layers: several mappings read as one."""

import pytest

from coachbot.engine.layers import Layers

LAYERS = Layers({"mood": "calm"}, {"mood": None, "goal": "walk"}, {"pain": 0})


def test_the_first_layer_that_has_a_name_gives_its_value() -> None:
    assert LAYERS["mood"] == "calm"
    assert LAYERS.get("goal") == "walk"


def test_a_value_that_is_missing_or_zero_is_still_the_value() -> None:
    assert Layers({"mood": None}, {"mood": "calm"}).get("mood", "other") is None
    assert LAYERS["pain"] == 0


def test_a_name_that_no_layer_has_is_not_there() -> None:
    assert LAYERS.get("zone") is None
    assert "zone" not in LAYERS
    with pytest.raises(KeyError):
        LAYERS["zone"]


def test_laid_on_one_another_they_are_a_dict() -> None:
    assert dict(LAYERS) == {"mood": "calm", "goal": "walk", "pain": 0}
    assert len(LAYERS) == 3
