"""The coach in a bot that you have already: your commands stay yours, its patients are the coach's.

pip install 'coachbot[telegram]'
BOT_TOKEN=123456:... COACHBOT_SITE=site.yaml python examples/beside_your_bot.py
coachbot invite sct_cse combined        # a code to send to the bot
"""

import os

from telegram import Update
from telegram.ext import Application, ApplicationBuilder, CommandHandler, ContextTypes, MessageHandler, filters

from coachbot.embedding import CoachPlugin
from coachbot.settings import load_settings


async def hours(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """A command of your own."""
    await update.effective_message.reply_text("We are open on weekdays, 9 to 17.")


async def anything_else(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Whoever has no code meets only you."""
    await update.effective_message.reply_text("Write /hours, or send me the code of your invitation.")


def build(builder: ApplicationBuilder, coach: CoachPlugin) -> Application:
    application = builder.build()
    application.add_handler(CommandHandler("hours", hours))
    application.add_handler(MessageHandler(filters.ALL, anything_else))
    coach.attach(application)
    return application


if __name__ == "__main__":
    build(Application.builder().token(os.environ["BOT_TOKEN"]), CoachPlugin(load_settings())).run_polling()
