"""Broadcasts: one text of the clinic to many patients, each at their own hour, by the rules that hold for everything
the coach writes first."""
