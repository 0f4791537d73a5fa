"""Secrets at rest, and links that cannot be guessed."""

import pytest
from cryptography.fernet import InvalidToken

from invoice_tracker.core.crypto import Vault, hash_token, new_token

OLD, NEW = "o" * 40, "n" * 40


def test_what_is_encrypted_can_be_read_again_and_not_by_others() -> None:
    blob = Vault([OLD]).encrypt("rk_live_secret")
    assert b"rk_live" not in blob
    assert Vault([OLD]).decrypt(blob) == "rk_live_secret"
    with pytest.raises(InvalidToken):
        Vault([NEW]).decrypt(blob)


def test_keys_can_be_rotated() -> None:
    blob = Vault([OLD]).encrypt("token")
    both = Vault([NEW, OLD])
    assert both.decrypt(blob) == "token"
    assert Vault([NEW]).decrypt(both.encrypt("token")) == "token"


def test_a_derived_token_is_stable_and_depends_on_every_part() -> None:
    vault = Vault([OLD])
    token = vault.derive_token("pay", "invoice-1")
    assert token == vault.derive_token("pay", "invoice-1")
    others = {
        vault.derive_token("pay", "invoice-2"),
        vault.derive_token("verify_sender", "invoice-1"),
        vault.derive_token("payinvoice-1", ""),
        Vault([NEW]).derive_token("pay", "invoice-1"),
    }
    assert token not in others
    assert len(others) == 4
    assert len(token) >= 32


def test_tokens_are_random_and_stored_as_hashes() -> None:
    first, second = new_token(), new_token()
    assert first != second
    assert first.encode() not in hash_token(first)
