"""Files with personal data outside the store of files (files.py): packs, archives, what a job made, what waits."""

import os
from pathlib import Path


def write(path: Path, content: bytes) -> None:
    """A new file that the server alone reads, not even for a moment anybody else. Raises FileExistsError."""
    # Without O_BINARY Windows would put a carriage return before each byte 10.
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
        file.write(content)
