"""The page on which a patient fills in a whole round, behind a signed link."""
