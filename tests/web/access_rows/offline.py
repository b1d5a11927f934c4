"""What a browser asks for to work without a network: everybody's."""

ALL = "ok  ok  ok  ok  ok  ok  ok  ok"

ROWS = {"offline.manifest": ALL, "offline.page": ALL, "offline.worker": ALL}
