"""Certificates for a network without a public name: an authority of the school, and a server's.

The authority is made once and kept, so that a renewed server certificate is trusted already. It can
vouch for nothing but the names it was made for (name constraints), so that its key, should it leak,
opens no other door.
"""

import ipaddress
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from lessons.errors import RequestFault
from storage.durable import disk_errors, make_folder, move_into_place

AUTHORITY_DAYS = 3650
SERVER_DAYS = 397  # browsers take no longer ones
A_BIT_EARLIER = timedelta(days=1)  # clocks of a school differ


class NotAName(RequestFault):
    """“{name}” is neither a name nor an address such as guanke.school.lan or 192.168.1.20."""

    zh = "“{name}”不是有效的域名或 IP 地址，例如 guanke.school.lan 或 192.168.1.20。"


@dataclass(frozen=True, kw_only=True)
class Certificates:
    """Where the files are, and how long the server's holds."""

    authority: Path
    certificate: Path
    key: Path
    until: datetime


def make_certificate(folder: Path, names: list[str]) -> Certificates:
    """Make a server certificate for `names` in `folder`; its authority too, where there is none.

    Raises:
        NotAName: one of the names is none.
        DiskFull, DataFolderUnusable: the files can't be written.
    """
    alternatives = [_alternative(name) for name in names]
    make_folder(folder)
    folder.chmod(0o700)
    authority_key, authority = _authority(folder, alternatives)
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    certificate = (
        _begun(names[0], key, authority.subject, now, SERVER_DAYS)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()),
            critical=False,
        )
        .sign(authority_key, hashes.SHA256())
    )
    chain = _pem(certificate) + _pem(authority)
    _write(folder / "server.key", _pem_of_key(key))
    _write(folder / "server.pem", chain)
    return Certificates(
        authority=folder / "authority.crt",
        certificate=folder / "server.pem",
        key=folder / "server.key",
        until=certificate.not_valid_after_utc,
    )


def _authority(
    folder: Path, alternatives: list[x509.GeneralName]
) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    """Return the school's authority: the one in `folder` while it fits, else a new one."""
    held = folder / "authority.crt"
    with disk_errors(folder):
        if held.exists():
            known = x509.load_pem_x509_certificate(held.read_bytes())
            key = serialization.load_pem_private_key((folder / "authority.key").read_bytes(), None)
            if isinstance(key, ec.EllipticCurvePrivateKey) and _permitted(known) >= set(
                alternatives
            ):
                return key, known
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Guanke school authority")])
    allowed = [_constraint(name) for name in alternatives]
    certificate = (
        _begun("Guanke school authority", key, subject, datetime.now(UTC), AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.NameConstraints(permitted_subtrees=allowed, excluded_subtrees=None), critical=True
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write(folder / "authority.key", _pem_of_key(key))
    _write(held, _pem(certificate), mode=0o644)
    return key, certificate


def _begun(
    name: str, key: ec.EllipticCurvePrivateKey, issuer: x509.Name, now: datetime, days: int
) -> x509.CertificateBuilder:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - A_BIT_EARLIER)
        .not_valid_after(now + timedelta(days=days))
    )


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        pass
    try:
        return x509.DNSName(name.encode("idna").decode())
    except UnicodeError as error:
        raise NotAName(name=name) from error


def _constraint(name: x509.GeneralName) -> x509.GeneralName:
    """Return the subtree that holds just this name; an address as a network of one."""
    return (
        x509.IPAddress(ipaddress.ip_network(name.value))
        if isinstance(name, x509.IPAddress)
        else name
    )


def _permitted(authority: x509.Certificate) -> set[x509.GeneralName]:
    held = authority.extensions.get_extension_for_class(x509.NameConstraints).value
    names: set[x509.GeneralName] = set()
    for name in held.permitted_subtrees or ():
        one = isinstance(name, x509.IPAddress)
        names.add(x509.IPAddress(name.value.network_address) if one else name)
    return names


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _pem_of_key(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _write(path: Path, data: bytes, mode: int = 0o600) -> None:
    temporary = path.with_name(path.name + ".partial")
    with disk_errors(path.parent):
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        move_into_place(temporary, path)
