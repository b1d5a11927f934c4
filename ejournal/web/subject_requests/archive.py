"""The file that answers a subject's request: data.html to read, data.json for a machine, the person's papers."""

import json
import tempfile
import zipfile
from typing import IO

from flask import render_template

from ejournal.models import SubjectRequest
from ejournal.services import files
from ejournal.services.personal_data import Collected

IN_MEMORY = 8 << 20


def of(asked: SubjectRequest, collected: Collected) -> IO[bytes]:
    """A ZIP, at its beginning; a big one lies on the disk while it is sent."""
    made = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - sent after this returns
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.html", render_template("subject_requests/file.html", asked=asked, collected=collected))
        archive.writestr("data.json", json.dumps(collected.as_json(), ensure_ascii=False, indent=1))
        for stored in collected.files:
            path = files.path_of(stored.sha256)
            if path.is_file():
                archive.write(path, f"files/{stored.id}-{stored.name}")
    made.seek(0)
    return made
