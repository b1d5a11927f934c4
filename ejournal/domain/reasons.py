"""Reasons that people give for what they change, kept in the log (п. 4.2)."""

# Letters: less explains nothing, and is mostly a mark typed into the wrong field.
SHORTEST_REASON = 3
