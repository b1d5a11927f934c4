"""What the processes of the server hold from their start on."""

import os
import subprocess
import sys
from pathlib import Path

from ejournal.config import ROOT

# Each is megabytes, wanted seldom or never by a college on SQLite.
SELDOM = ("holidays", "psycopg", "pypdf", "xhtml2pdf")
START = f"""
import sys
from ejournal import create_app, worker
create_app()
print([name for name in {SELDOM!r} if name in sys.modules])
"""


def test_what_is_seldom_wanted_is_not_loaded_at_the_start(tmp_path: Path) -> None:
    environment = {**os.environ, "EJOURNAL_INSTANCE": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", START], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr
