"""Secrets: encrypted columns, tokens that are stored only as hashes."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def _derive(secret: str, purpose: bytes) -> bytes:
    return HKDF(hashes.SHA256(), length=32, salt=None, info=purpose).derive(secret.encode())


class Vault:
    """Encrypts, decrypts and derives with the installation's secret keys; the first is current."""

    def __init__(self, secret_keys: Sequence[str]) -> None:
        fernets = [Fernet(base64.urlsafe_b64encode(_derive(key, b"column"))) for key in secret_keys]
        self._fernet = MultiFernet(fernets)
        self._token_key = _derive(secret_keys[0], b"token")

    def encrypt(self, text: str) -> bytes:
        """Text made unreadable to whoever has only the database."""
        return self._fernet.encrypt(text.encode())

    def decrypt(self, blob: bytes) -> str:
        """The text again. Raises ``cryptography.fernet.InvalidToken`` when no key fits."""
        return self._fernet.decrypt(blob).decode()

    def derive_token(self, *parts: str) -> str:
        """A token that is the same for the same parts, and cannot be guessed without the key."""
        digest = hmac.new(self._token_key, "\0".join(parts).encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest[:24]).decode()


def new_token() -> str:
    """A random token of 192 bits, safe in an address."""
    return secrets.token_urlsafe(24)


def hash_token(token: str) -> bytes:
    """What is stored of a token. A fast hash is enough: the token itself is not guessable."""
    return hashlib.sha256(token.encode()).digest()
