"""The terminal as a messenger: messages wrapped, buttons as a numbered list, time travel by `/+1h`."""
