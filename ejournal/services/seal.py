"""Short secrets at rest: sealed with a key made of the installation's own (library: cryptography).

Who copies the database alone reads none of them. With another secret key they open no more: that is told, and a
second step is then reset (README).
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from os import urandom

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app

NONCE = 12


def close(text: str, purpose: str) -> str:
    """Seal. `purpose` names the place and its owner: put anywhere else the text does not open."""
    nonce = urandom(NONCE)
    return urlsafe_b64encode(nonce + _cipher().encrypt(nonce, text.encode(), purpose.encode())).decode()


def open_sealed(sealed: str, purpose: str) -> str | None:
    """The text, or None when it was sealed with another key, for another purpose, or is no seal at all."""
    try:
        raw = urlsafe_b64decode(sealed.encode())
        return _cipher().decrypt(raw[:NONCE], raw[NONCE:], purpose.encode()).decode()
    except (InvalidTag, ValueError):
        return None


def _cipher() -> AESGCM:
    key = current_app.config["SECRET_KEY"].encode()
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=None, info=b"ejournal second step").derive(key))
