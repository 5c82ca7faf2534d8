"""A server's certificate from its DER bytes, also one that is not trusted: the ssl module tells only of trusted ones.

RFC 5280, section 4.1, and X.690 for the encoding. Nothing is verified here.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from datetime import UTC, datetime

from cockpit.model.errors import SourceGarbled
from cockpit.model.probes import Certificate
from cockpit.model.text import clean

_SEQUENCE, _OID, _UTC_TIME, _GENERALIZED_TIME, _OCTETS = 0x30, 0x06, 0x17, 0x18, 0x04
_VERSION, _EXTENSIONS = 0xA0, 0xA3
_DNS_NAME, _IP_ADDRESS = 0x82, 0x87
_COMMON_NAME, _ORGANISATION, _ALT_NAMES = b"\x55\x04\x03", b"\x55\x04\x0a", b"\x55\x1d\x11"
_NAMES_CAP = 50
_BMP_STRING = 0x1E

_Item = tuple[int, bytes]
"""Tag and content."""


def read_certificate(der: bytes, problem: str = "") -> Certificate:
    """What a certificate says of itself.

    Args:
        der: its bytes.
        problem: why it is not trusted, "" when it is.

    Raises:
        SourceGarbled: when the bytes are no certificate.
    """
    try:
        return _read(der, problem)
    except (IndexError, ValueError, OverflowError) as error:
        raise SourceGarbled(f"the server's certificate cannot be read: {clean(str(error))}") from error


def _read(der: bytes, problem: str) -> Certificate:
    to_be_signed = _one(_one(der, _SEQUENCE), _SEQUENCE)
    fields = [item for item in _items(to_be_signed) if item[0] != _VERSION]
    issuer, validity, subject = fields[2][1], fields[3][1], fields[4][1]
    start, end = (_time(item) for item in list(_items(validity))[:2])
    extensions = next((content for tag, content in fields if tag == _EXTENSIONS), b"")
    return Certificate(
        _name(subject), _name(issuer), tuple(_alternative_names(extensions))[:_NAMES_CAP], start, end, problem
    )


def _items(data: bytes) -> Iterator[_Item]:
    """The values that are written one after another."""
    at = 0
    while at < len(data):
        tag, length, start = data[at], data[at + 1], at + 2
        if length & 0x80:
            octets = length & 0x7F
            length = int.from_bytes(data[start : start + octets], "big")
            start += octets
        if start + length > len(data):
            raise ValueError("it ends too early")
        yield tag, data[start : start + length]
        at = start + length


def _one(data: bytes, tag: int) -> bytes:
    found, content = next(_items(data), (0, b""))
    if found != tag:
        raise ValueError("it is no X.509 certificate")
    return content


def _time(item: _Item) -> datetime:
    tag, content = item
    text = content.decode("ascii").removesuffix("Z")
    if tag == _UTC_TIME:
        century = "19" if int(text[:2]) >= 50 else "20"
        text = century + text
    elif tag != _GENERALIZED_TIME:
        raise ValueError("its validity is no time")
    return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC)


def _name(content: bytes) -> str:
    """The common name, else the organisation, else ""."""
    parts: dict[bytes, str] = {}
    for _, relative in _items(content):
        for _, pair in _items(relative):
            kind, value = list(_items(pair))[:2]
            coding = "utf-16-be" if value[0] == _BMP_STRING else "utf-8"
            parts.setdefault(kind[1], clean(value[1].decode(coding, "replace"), 200))
    return parts.get(_COMMON_NAME) or parts.get(_ORGANISATION) or ""


def _alternative_names(extensions: bytes) -> Iterator[str]:
    if not extensions:
        return
    for _, extension in _items(_one(extensions, _SEQUENCE)):
        parts = list(_items(extension))
        if parts[0] == (_OID, _ALT_NAMES):
            octets = next((content for tag, content in parts if tag == _OCTETS), b"")
            for tag, content in _items(_one(octets, _SEQUENCE)):
                if tag == _DNS_NAME:
                    yield clean(content.decode("ascii", "replace"), 255)
                elif tag == _IP_ADDRESS and len(content) in (4, 16):
                    yield str(ipaddress.ip_address(content))
