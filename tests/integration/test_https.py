"""The server speaks https itself, with a certificate for a network without a public name."""

import os
import signal
import ssl
import subprocess
import sys
import urllib.request
from pathlib import Path
from urllib.error import URLError

import pytest
from cryptography import x509

from guanke.certificates import NotAName, make_certificate
from guanke.settings import read_settings
from lessons.errors import BadSetting
from tests.servers import free_port

NAMES = ["guanke.school.lan", "127.0.0.1"]


def test_who_trusts_the_authority_trusts_the_server(tmp_path: Path) -> None:
    """By https alone, under the names of the certificate and no other."""
    made = make_certificate(tmp_path / "tls", NAMES)
    assert (made.key.stat().st_mode & 0o777, made.authority.stat().st_mode & 0o777) == (
        0o600,
        0o644,
    )
    port = free_port()
    settings = {
        "GUANKE_DATA": str(tmp_path / "data"),
        "GUANKE_PORT": str(port),
        "GUANKE_TLS_CERTIFICATE": str(made.certificate),
        "GUANKE_TLS_KEY": str(made.key),
        "GUANKE_SPEECH_WORKERS": "0",
        "GUANKE_TRANSCODE_WORKERS": "0",
        "LANG": "en_US.UTF-8",
    }
    file = tmp_path / "guanke.env"
    file.write_text(
        "# school\n" + "".join(f"{n}={v}\n" for n, v in settings.items() if n != "LANG")
    )
    environment = os.environ | {"GUANKE_SETTINGS": str(file), "LANG": "en_US.UTF-8"}
    command = [sys.executable, "-m", "guanke", "serve"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            assert server.stdout.readline() == f"Guanke is at https://127.0.0.1:{port}/\n"
            live = f"https://127.0.0.1:{port}/api/v1/health/live"
            trusting = ssl.create_default_context(cafile=made.authority)
            with urllib.request.urlopen(live, context=trusting) as answer:
                assert answer.status == 200
            with pytest.raises(URLError, match="certificate verify failed"):
                urllib.request.urlopen(live)
            with pytest.raises((URLError, OSError)):
                urllib.request.urlopen(live.replace("https", "http"))
        finally:
            server.send_signal(signal.SIGTERM)


def test_a_new_certificate_is_trusted_already(tmp_path: Path) -> None:
    """The authority stays as long as it may vouch for the names; for others it is made anew."""
    first = make_certificate(tmp_path, NAMES)
    authority = first.authority.read_bytes()
    before = first.certificate.read_bytes()
    assert make_certificate(tmp_path, NAMES[:1]).authority.read_bytes() == authority
    assert first.certificate.read_bytes() != before
    assert make_certificate(tmp_path, ["另一校.lan"]).authority.read_bytes() != authority
    held = x509.load_pem_x509_certificate(first.authority.read_bytes())
    assert held.extensions.get_extension_for_class(x509.NameConstraints).critical


def test_what_is_no_name_is_refused(tmp_path: Path) -> None:
    """With the name, before anything is written."""
    with pytest.raises(NotAName, match="a\\.\\.b"):
        make_certificate(tmp_path / "tls", ["a..b"])
    assert not (tmp_path / "tls").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("GUANKE_PORT=1\n\nGUANKE_PROT=2\n", "line 3"),
        ("PORT 80\n", "line 1"),
        (None, "can't be read"),
    ],
)
def test_a_slip_in_the_settings_file_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None, said: str
) -> None:
    """A line that sets nothing is named; so is a file that is not there."""
    file = tmp_path / "guanke.env"
    if text is not None:
        file.write_text(text)
    monkeypatch.setenv("GUANKE_SETTINGS", str(file))
    with pytest.raises(BadSetting, match=said):
        read_settings()


def test_a_certificate_that_cannot_be_used_stops_the_start(tmp_path: Path) -> None:
    """Before anything listens, and by its name."""
    nothing = str(tmp_path / "nothing.pem")
    told = {"GUANKE_TLS_CERTIFICATE": nothing, "GUANKE_TLS_KEY": nothing, "LANG": "en_US.UTF-8"}
    done = subprocess.run(
        [sys.executable, "-m", "guanke", "serve", "--data", str(tmp_path / "data")],
        env=os.environ | told, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 2
    assert nothing in done.stderr.replace("\n", "")
