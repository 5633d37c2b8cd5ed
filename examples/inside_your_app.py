"""The coach's web chat inside an ASGI app that you have already.

COACHBOT_SITE=site.yaml uvicorn examples.inside_your_app:app
# your page is at /, the coach at /coach/
"""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from coachbot.embedding import CoachApp, create_app


async def home(request: Request) -> PlainTextResponse:
    """A page of your own."""
    return PlainTextResponse("The clinic's own page. The coach is at /coach/.")


def build(coach: CoachApp) -> Starlette:
    # The lifespan starts and stops the coach: a mounted app is not told of the beginning and the end.
    return Starlette(routes=[Route("/", home), Mount("/coach", coach)], lifespan=coach.lifespan)


app = build(create_app())
