from __future__ import annotations

import ssl
import subprocess
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.adapters.times import as_time
from cockpit.adapters.x509 import read_certificate
from cockpit.model.errors import SourceGarbled


@pytest.fixture(scope="module")
def der(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("x509")
    words = (
        "req -x509 -newkey rsa:2048 -nodes -keyout k -out c -days 40000 -subj /CN=api -addext subjectAltName=DNS:api"
    )
    subprocess.run(["openssl", *words.split()], cwd=folder, check=True, capture_output=True)
    return ssl.PEM_cert_to_DER_cert((folder / "c").read_text())


def test_a_certificate_that_ends_after_2050_is_written_otherwise(der: bytes) -> None:
    found = read_certificate(der, "why not")
    assert (found.subject, found.issuer, found.names, found.problem) == ("api", "api", ("api",), "why not")
    assert found.valid_until.year > 2050


def test_a_certificate_cut_short_is_garbled(der: bytes) -> None:
    for length in range(0, len(der), 7):
        with pytest.raises(SourceGarbled, match="cannot be read"):
            read_certificate(der[:length])


def test_a_certificate_with_a_changed_byte_is_read_or_garbled(der: bytes) -> None:
    for at in range(len(der)):
        try:
            read_certificate(der[:at] + bytes([der[at] ^ 0xFF]) + der[at + 1 :])
        except SourceGarbled:
            continue


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_garbled(data: bytes) -> None:
    try:
        read_certificate(data)
    except SourceGarbled:
        return


@pytest.mark.parametrize("text", ["2026-03-14T03:00:00.123456789Z", "1773457200.123456", "2026-03-14 03:00:00.123456"])
def test_times_as_others_write_them(text: str) -> None:
    assert as_time(text) == datetime(2026, 3, 14, 3, 0, 0, 123456, tzinfo=UTC)


@given(st.text(max_size=40))
def test_any_text_is_a_time_or_none(text: str) -> None:
    found = as_time(text)
    assert found is None or found.tzinfo is not None
