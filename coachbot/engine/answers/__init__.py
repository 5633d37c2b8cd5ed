"""Reading what people type: `read(ask, text, ...)` turns a message into a `Reading`.

A pure room (standard library and rapidfuzz). No word of any language stands here: they come from
`content/<language>/phrases.yaml` through `phrases_from`.
"""
