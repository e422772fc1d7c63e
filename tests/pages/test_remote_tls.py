"""Over TLS the certificate has to be that of the name, by an authority that the machine trusts."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assist.pages import remote
from assist.pages.assets import AssetRefused
from assist.pages.remote import read_remote
from helpdesk.embedded import certificates
from tests.pages.other_site import PNG, OtherSite, answer


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[OtherSite]:
    """With a certificate for `localhost` by an authority of its own."""
    authority, certificate, key = certificates.generate(now=datetime.now(UTC))
    for name, text in (("authority", authority), ("certificate", certificate), ("key", key)):
        (tmp_path / name).write_bytes(text)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "certificate", tmp_path / "key")
    site = OtherSite(tls=tls)
    site.answers["/a"] = answer()
    yield site
    site.stop()
    remote._tls.cache_clear()


@pytest.mark.parametrize(("host", "is_read"), [("localhost", True), ("127.0.0.1", True), ("cdn.example.com", False)])
async def test_certificate_is_that_of_the_name(
    secure: OtherSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str, is_read: bool
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority"))
    remote._tls.cache_clear()
    asked = read_remote(
        secure.url("/a", host=host), patterns=[f"{host}:{secure.port}"], resolve=lambda _host, _port: ["127.0.0.1"]
    )
    if is_read:
        assert (await asked).data == PNG
    else:
        with pytest.raises(AssetRefused, match="not_reachable"):
            await asked


async def test_certificate_of_an_unknown_authority_is_refused(secure: OtherSite) -> None:
    remote._tls.cache_clear()
    with pytest.raises(AssetRefused, match="not_reachable"):
        await read_remote(secure.url("/a"), patterns=[f"localhost:{secure.port}"])
    assert not secure.asked
