"""The web chat: a page of the clinic's own, served by the engine process; no other company reads along."""

from coachbot.channels.webchat.app import create_app
from coachbot.channels.webchat.channel import WebChat
from coachbot.channels.webchat.hub import Hub

__all__ = ["Hub", "WebChat", "create_app"]
