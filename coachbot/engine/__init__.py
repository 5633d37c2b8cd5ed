"""The dialog engine: pure functions and frozen data, without clock, files, network or database."""
