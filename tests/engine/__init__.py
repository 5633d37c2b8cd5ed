"""The engine, dialog by dialog."""
