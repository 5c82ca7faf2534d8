"""TLS certificates for tests, made by the openssl program."""

from __future__ import annotations

import subprocess
from pathlib import Path

_CONFIGURATION = """
[ca]
default_ca = here
[here]
dir = {folder}
database = {folder}/index.txt
new_certs_dir = {folder}
default_md = sha256
policy = any
email_in_dn = no
rand_serial = yes
unique_subject = no
x509_extensions = extensions
[any]
commonName = supplied
[extensions]
subjectAltName = DNS:{host}
basicConstraints = critical,CA:TRUE
"""


def self_signed(folder: Path, host: str, *, until: str) -> tuple[Path, Path]:
    """Certificate and key of a host, valid from 2020 until a day written YYYYMMDD."""
    folder.mkdir()
    configuration, key, request, certificate = (folder / name for name in ("ca.cnf", "key", "csr", "crt"))
    configuration.write_text(_CONFIGURATION.format(folder=folder, host=host))
    (folder / "index.txt").touch()
    _openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", request, "-subj", f"/CN={host}")
    span = ("-startdate", "20200101000000Z", "-enddate", f"{until}000000Z")
    _openssl(
        "ca",
        "-batch",
        "-selfsign",
        "-config",
        configuration,
        "-keyfile",
        key,
        "-in",
        request,
        *span,
        "-out",
        certificate,
    )
    return certificate, key


def _openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)
