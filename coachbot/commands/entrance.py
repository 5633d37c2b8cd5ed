"""Commands by which patients come in: an invitation, and the QR code that opens the coach."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from coachbot.commands.opening import coach_of, settings_of
from coachbot.errors import CoachbotError, SettingsError

if TYPE_CHECKING:
    from coachbot.bootstrap import Coach
    from coachbot.settings import Settings


def invite(
    programme: Annotated[str, typer.Argument(help="A programme's name.")] = "",
    arm: Annotated[str, typer.Argument(help="The arm the patient comes into.")] = "",
    csv: Annotated[Path | None, typer.Option("--csv", help="Invite everybody of a list (docs/enrolling.md).")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only look at the list; nothing is made.")] = False,
    sheet: Annotated[Path | None, typer.Option(help="Write the cards of a list here, to be printed (HTML).")] = None,
) -> None:
    """Make a single-use invitation code, or one for each line of a list."""
    settings = settings_of()
    if csv is not None and dry_run:
        from coachbot.commands.inviting import try_out

        raise typer.Exit(try_out(settings, csv))
    if csv is None and not (programme and arm):
        raise CoachbotError("name a programme and an arm, or a list with --csv")
    if settings.site is None:
        raise SettingsError(
            "before patients come in, the clinic's own crisis numbers are needed: set COACHBOT_SITE "
            "to a file like the one in docs/operating.md"
        )
    if csv is not None:
        from coachbot.commands.inviting import invite_all

        raise typer.Exit(invite_all(settings, csv, sheet))
    from coachbot.opening import saying_what_is_new

    with saying_what_is_new(settings):
        coach = coach_of(settings, make=True)
        code = coach.enrolments.invite(programme, arm)
    print(code)
    print(f"{settings.public}/c/{code}", file=sys.stderr)
    for link in _telegram_links(settings, coach, code).values():
        print(link, file=sys.stderr)


_NOTHING_TO_OPEN = (
    "there is nothing yet that a QR code could open: set COACHBOT_ADDRESS to the public address of the web chat "
    "(such as https://coach.example.org), or COACHBOT_TELEGRAM_TOKEN for a bot"
)


def _telegram_links(settings: Settings, coach: Coach, code: str = "") -> dict[str, str]:
    from coachbot.channels.telegram.links import links

    with coach.store.reading() as tx:
        return links(settings, tx.setting, code)


def _web_link(settings: Settings, code: str) -> str:
    return f"{settings.public}/c/{code}" if code else settings.public


def qr(
    output: Annotated[Path, typer.Option(help="The SVG file.")] = Path("coach.svg"),
    code: Annotated[str, typer.Option(help="An invitation code to put in; without it, one for a wall.")] = "",
    bot: Annotated[str, typer.Option(help="Which bot, by the name that its token was given.")] = "",
    wechat: Annotated[bool, typer.Option("--wechat", help="Of the WeChat account instead; needs a --code.")] = False,
) -> None:
    """Write a QR code that opens the Telegram bot, the WeChat account or, where there is neither, the web chat."""
    from coachbot.channels.telegram.links import one_link, qr_svg
    from coachbot.channels.telegram.tokens import tokens

    settings = settings_of()
    if wechat:
        link = _wechat_link(settings, code)
    elif not settings.address and not tokens(settings):
        raise SettingsError(_NOTHING_TO_OPEN)
    else:
        found = _telegram_links(settings, coach_of(settings), code)
        link = _web_link(settings, code) if settings.address and not found and not bot else one_link(found, bot)
    output.write_bytes(qr_svg(link))
    print(f"wrote {output}: {link}")


def _wechat_link(settings: Settings, code: str) -> str:
    import asyncio

    from coachbot.channels.wechat.links import scene_link

    if not settings.wechat_appid or not code:
        raise SettingsError("a WeChat code needs COACHBOT_WECHAT_APPID and an invitation: --wechat --code CODE")
    return asyncio.run(scene_link(settings, code))
