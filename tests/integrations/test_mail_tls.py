"""Encrypted connections: a trusted server gets the mail, a stranger never does."""

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from integrations.mail_server import running_mail_server
from integrations.mails import AT, a_mail
from invoice_tracker.integrations.mail.smtp import SmtpMailer
from invoice_tracker.ports import MailServerUnavailable
from invoice_tracker.settings import Settings, SmtpSecurity


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 with its key, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def context(certificate: Path) -> ssl.SSLContext:
    """The server's side."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.mark.parametrize("security", [SmtpSecurity.starttls, SmtpSecurity.tls])
@pytest.mark.parametrize("trusted", [True, False])
async def test_only_a_trusted_server_gets_the_mail(
    settings: Settings,
    certificate: Path,
    context: ssl.SSLContext,
    monkeypatch: pytest.MonkeyPatch,
    security: SmtpSecurity,
    trusted: bool,
) -> None:
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    async with running_mail_server(**{security.value: context}) as server:
        changes = {"smtp_port": server.port, "smtp_security": security}
        mailer = SmtpMailer(settings.model_copy(update=changes))
        if trusted:
            await mailer.send(a_mail(), at=AT)
            assert len(server.accepted) == 1
        else:
            with pytest.raises(MailServerUnavailable, match="certificate"):
                await mailer.send(a_mail(), at=AT)
            assert server.accepted == []
        await mailer.close()
