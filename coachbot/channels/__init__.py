"""Messenger adapters, one folder each, all alike: what is particular to a messenger stays in its folder."""
