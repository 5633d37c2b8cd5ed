"""The use cases, on a real store."""
