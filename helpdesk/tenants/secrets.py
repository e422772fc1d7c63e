"""Secrets that are handed out once and kept as their hash only."""

import hashlib
import secrets


def new_secret() -> str:
    """256 random bits in 43 URL-safe characters."""
    return secrets.token_urlsafe(32)


def sha256_hex(secret: str) -> str:
    """Of any text that a stranger sends, also of one that is no UTF-8: it is then nobody's secret."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()
