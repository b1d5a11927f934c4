"""Files of people: taken from a form, and sent so that a browser saves and never shows them."""

from flask import Request, Response, send_file

from ejournal.services.files import Download, Upload


def scan_in(request: Request, name: str = "scan") -> Upload | None:
    """The file chosen in a form, if any."""
    file = request.files.get(name)
    return Upload(file.filename, file.stream) if file and file.filename else None


def files_in(request: Request, name: str = "files") -> list[Upload]:
    """All files chosen in a form."""
    return [Upload(file.filename, file.stream) for file in request.files.getlist(name) if file.filename]


def sent(found: Download) -> Response:
    """What a stranger made must not run as a page of ours."""
    return send_file(found.path, mimetype=found.media_type, as_attachment=True, download_name=found.name, etag=False)
