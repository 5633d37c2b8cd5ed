"""The operator's window: is the coach ready, and how is it doing. Numbers and names of parts, nobody in them."""
