"""Thousands of odd calls, made from the interface's own description: none may break it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from starlette.applications import Starlette
from starlette.routing import Mount

from coachbot.api import guards
from coachbot.authoring.pack import Pack
from tests.api.conftest import Clinic

pytestmark = pytest.mark.slow


def test_no_odd_call_breaks_it(tmp_path: Path, pack: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guards.Bucket, "wait_s", lambda bucket, who: 0.0)
    clinic = Clinic(tmp_path, pack)
    code = clinic.house.enrolment_code(clinic.house.patient())
    assert clinic.ask("GET", f"/enrolments/{code}").status_code == 200
    mounted = Starlette(routes=[Mount("/api/v1", clinic.app)])
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", mounted)
    headers = {"authorization": f"Bearer {clinic.tokens['all']}"}
    answers: Counter[int] = Counter()
    for result in schema.get_all_operations():

        @given(case=result.ok().as_strategy())
        @settings(
            max_examples=80, deadline=None, database=None, suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.generate],
        )  # fmt: skip
        def call(case: schemathesis.Case) -> None:
            response = case.call(headers=headers)
            answers[response.status_code] += 1
            case.validate_response(response, checks=[not_a_server_error])

        call()
    clinic.house.store.close()
    assert answers[200] > 50
    assert answers[422] > 50
    assert answers[401] == 0
