"""Crash tests: a real coach at the fake Telegram, killed again and again, and an auditor afterwards."""
