"""TLS for doors that other computers can reach: an authority of the customer's own, and what it vouches for.

Made with `cryptography`; nobody outside the house is asked. The authority's key lies where consents do.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import ssl
import tempfile
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import ifaddr
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from assistant.bank.private_files import read_private, write_private
from assistant.bank.secrets import SecretStore, choose_store
from assistant.errors import StorageError
from assistant.settings import Settings

_KEY = "room-authority-key"
_OF_AUTHORITY, _OF_OTHERS = timedelta(days=3650), timedelta(days=825)
"""What certificates are good for; longer ones are refused by Apple's devices."""
_SLACK = timedelta(hours=1)
"""A device's clock may be behind."""


class Authority:
    """Vouches for this server and for the customer's devices, and for nobody else."""

    def __init__(self, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
        self._certificate, self._key = certificate, key

    @classmethod
    def from_settings(cls, settings: Settings) -> Authority:
        """Made when it is first needed. Raises StorageError."""
        folder = settings.satellites
        secrets = choose_store(folder, keyring_wanted=settings.keyring)
        kept, key = read_private(authority_file(settings)), secrets.get(_KEY)
        if kept is None or key is None:
            return cls._make(settings, secrets)
        try:
            loaded = serialization.load_pem_private_key(key.encode(), None)
            certificate = x509.load_pem_x509_certificate(kept.encode())
        except ValueError as error:
            raise StorageError(f"{authority_file(settings)} is damaged") from error
        if not isinstance(loaded, ec.EllipticCurvePrivateKey):
            raise StorageError("the authority has another kind of key")
        return cls(certificate, loaded)

    @classmethod
    def _make(cls, settings: Settings, secrets: SecretStore) -> Authority:
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name(f"Voice banking assistant at {socket.gethostname()}")
        certificate = (
            _begun(name, name, key, _OF_AUTHORITY)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(key, hashes.SHA256())
        )
        secrets.put(_KEY, _pem_of(key))
        write_private(authority_file(settings), _pem(certificate))
        return cls(certificate, key)

    @property
    def pem(self) -> str:
        """The certificate, for devices that are to trust this server."""
        return _pem(self._certificate)

    def device(self, name: str) -> tuple[str, str]:
        """Key and certificate of a device, in PEM, and the certificate's fingerprint."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = (
            _begun(_name(name), self._certificate.subject, key, _OF_OTHERS)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            # Which of the two calls is a matter of taste: a wyoming-satellite waits to be called.
            .add_extension(
                x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH]),
                critical=False,
            )
            .sign(self._key, hashes.SHA256())
        )
        return _pem_of(key) + _pem(certificate), certificate.fingerprint(hashes.SHA256()).hex()

    def server(self) -> ssl.SSLContext:
        """For our doors; a device may show its certificate, and only one that we vouch for."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = (
            _begun(_name(socket.gethostname()), self._certificate.subject, key, _OF_OTHERS)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName(_own_names()), critical=False)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.verify_mode = ssl.CERT_OPTIONAL
        context.load_verify_locations(cadata=self.pem)
        # The library reads keys from files alone.
        with tempfile.TemporaryDirectory(prefix="door-") as folder:
            file = Path(folder, "server.pem")
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600), "w") as stream:
                stream.write(_pem_of(key) + _pem(certificate))
            context.load_cert_chain(file)
        return context

    def to_devices(self) -> ssl.SSLContext:
        """For calling devices, which we know by their certificates and not by their addresses."""
        context = ssl.create_default_context(cadata=self.pem)
        context.check_hostname = False
        return context


def authority_file(settings: Settings) -> Path:
    """What devices need to know this server by; it is no secret."""
    return settings.satellites / "authority.pem"


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, good_for: timedelta
) -> x509.CertificateBuilder:
    now = datetime.now(timezone.utc)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _SLACK)
        .not_valid_after(now + good_for)
    )


def _own_names() -> Iterable[x509.GeneralName]:
    """Every name and address that a device may reach this computer by."""
    host = socket.gethostname()
    for name in dict.fromkeys((host, f"{host.split('.')[0]}.local", "localhost")):
        yield x509.DNSName(name)
    for adapter in ifaddr.get_adapters():
        for each in adapter.ips:
            address = each.ip if isinstance(each.ip, str) else each.ip[0]
            yield x509.IPAddress(ipaddress.ip_address(address))


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common[:64])])


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _pem_of(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
