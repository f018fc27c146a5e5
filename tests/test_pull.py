"""`vecalc models pull` against a server of our own, and everything that a server can do wrong."""

from __future__ import annotations

import gzip
import json
import socket
import ssl
from pathlib import Path

import pytest
from running import Done, vecalc
from serving import (
    PACKED,
    PARTS,
    Answer,
    babbles,
    drips,
    drips_headers,
    freezes,
    md5,
    sends,
    sends_on,
    serving,
    status,
    the_list,
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VECALC_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("VECALC_MODELS", str(tmp_path / "imported"))
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def pull(url: str, *arguments: str, yes: bool = True) -> Done:
    return vecalc("models", "pull", *arguments, *(["--yes"] if yes else []), VECALC_DATA_URL=url)


def kept(home: Path) -> list[str]:
    """Everything that lies in the models folder or among the downloads."""
    places = (home / "imported", home / "cache" / "downloads")
    return sorted(path.name for place in places if place.exists() for path in place.iterdir())


# A key and a certificate that nobody vouches for, made for these tests and used nowhere else.
CERTIFICATE = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgglm/RyFxK/NNa9v0
RLnEAc23WPlQwB9+m4vV0P+aUPChRANCAASV7obx2BakCJjSYGoJHo1pgT1bzFab
YklBJmPgfYpP46pGogpqOeroT9ZO1bs58iviP/NyrzJ9r4tb4JGOXNRx
-----END PRIVATE KEY-----
-----BEGIN CERTIFICATE-----
MIIBfzCCASWgAwIBAgIUXKk+5kxO4Wmvig8Ft0KO4hO16LAwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJMTI3LjAuMC4xMCAXDTI2MTEyNDIyMjA0MloYDzIxMjYxMDMx
MjIyMDQyWjAUMRIwEAYDVQQDDAkxMjcuMC4wLjEwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASV7obx2BakCJjSYGoJHo1pgT1bzFabYklBJmPgfYpP46pGogpqOero
T9ZO1bs58iviP/NyrzJ9r4tb4JGOXNRxo1MwUTAdBgNVHQ4EFgQUN6wV+93Ipgaq
SjZZlxQr06t8pjUwHwYDVR0jBBgwFoAUN6wV+93IpgaqSjZZlxQr06t8pjUwDwYD
VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiBDLQJXytz97LJDL/R3OcxX
8pPRpx84EYx8Nw7FsibAxQIhALcaRdn7Ve22w7sbAczh0S2Sw9kwzikJn6kvKwOt
EMJu
-----END CERTIFICATE-----
"""


# --- as it should be ------------------------------------------------------------------------


def test_without_a_name_it_lists_what_there_is() -> None:
    with serving() as (url, asked):
        done = pull(url, "--json", yes=False)
    (sheet,) = json.loads(done.out)
    assert [row["name"] for row in sheet["rows"]] == ["family-4", "parted", "../evil"]
    assert (sheet["rows"][0]["words"], sheet["rows"][0]["size"]) == (13, len(PACKED))
    assert asked == ["/list.json"]


@pytest.mark.parametrize("name", ["family-4", "parted"])
def test_a_model_is_fetched_and_kept_under_its_name(name: str, home: Path) -> None:
    with serving() as (url, _):
        done = pull(url, name)
    assert done.code == 0
    assert f"{name}: 13 words x 4" in done.out
    assert md5(PACKED if name == "family-4" else PARTS[1]) in done.err
    assert "licence: CC0" in done.err
    assert kept(home) == [name]
    assert vecalc("-m", name, "king", "-k", "1").words == ["kings"]


def test_it_can_be_called_otherwise(home: Path) -> None:
    with serving() as (url, _):
        assert pull(url, "family-4", "--as", "mine").code == 0
    assert kept(home) == ["mine"]


def test_it_asks_first(home: Path) -> None:
    """And where there is nobody to ask, says what would be fetched and how to go on."""
    with serving() as (url, asked):
        done = pull(url, "family-4", yes=False)
    assert done.code == 2
    assert "--yes confirms" in done.err
    assert md5(PACKED) in done.err
    assert asked == ["/list.json"]
    assert kept(home) == []


def test_a_name_that_is_not_there_is_near_another() -> None:
    with serving() as (url, _):
        done = pull(url, "famly-4")
    assert (done.code, "did you mean family-4?" in done.err) == (2, True)


# --- as it should not -----------------------------------------------------------------------


def no_server() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("", "nothing answers there"),
        ("http://nowhere.invalid", "there is no such host"),
        ("ftp://127.0.0.1", "not an address of a server"),
        ("file:///etc", "not an address of a server"),
        ("127.0.0.1", "not an address of a server"),
        ("http://127.0.0.1:x", "not an address"),
        ("http://[", "not an address"),
    ],
)
def test_no_server_is_told_soon(url: str, message: str, home: Path) -> None:
    done = pull(url or no_server(), "family-4")
    assert done.code == 6
    assert message in done.err
    assert done.err.count("\n") == 1
    assert kept(home) == []


FAULTS: dict[str, tuple[Answer, str]] = {
    "frozen": (freezes, "no answer for 0.3 s"),
    "dripping": (drips, "it sends less than 1,000 bytes a second"),
    "dripping headers": (drips_headers, "it sends less than 1,000 bytes a second"),
    "missing": (status(404), "the server answers 404"),
    "broken": (status(500), "the server answers 500"),
    "cut": (sends(PACKED[:150], len(PACKED)), "it ends after 150"),
    "changed": (sends(PACKED[:-1] + b"x"), "its MD5 sum is"),
    "empty": (sends(b""), "its MD5 sum is"),
    "endless": (sends(bytes(3 << 20)), "more than the"),
    "to a file": (sends_on("file:///etc/passwd"), "file:///etc/passwd"),
    "to ftp": (sends_on("ftp://127.0.0.1/x"), "sends us on to ftp:"),
    "to another scheme": (sends_on("https://127.0.0.1/x"), "which is not http"),
    "no HTTP": (babbles, "does not speak as expected"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_server_that_fails_leaves_nothing(name: str, home: Path) -> None:
    answer, message = FAULTS[name]
    with serving(family_4=answer) as (url, _):
        done = pull(url, "family-4", "--timeout", "0.3")
    assert done.code == 6
    assert message in done.err
    assert "Traceback" not in done.err
    assert kept(home) == []


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"{", b"[]", b"{}", b'{"models": 5}', b'{"models": {"family-4": {}}}'),
        *(the_list(parts=10**9), b"\xff" * 99),
        *(
            the_list(file_size=float(10**300)).replace(b"1e+300", size)
            for size in (b"1e999", b"1e300", b"-1")
        ),
    ],
    ids=range(11),
)
def test_a_list_that_is_none_is_told(data: bytes) -> None:
    with serving(list=sends(data)) as (url, _):
        done = pull(url, "family-4")
    assert (done.code, "not the list of a gensim-data collection" in done.err) == (6, True)


@pytest.mark.parametrize("name", ["frozen", "missing", "cut", "to a file", "no HTTP"])
def test_a_list_that_does_not_come_is_told(name: str) -> None:
    with serving(list=FAULTS[name][0]) as (url, _):
        assert pull(url, "--timeout", "0.3").code == 6


def test_a_redirect_within_the_scheme_is_followed() -> None:
    with serving() as (other, _), serving(family_4=sends_on(f"{other}/family-4/family-4.gz")) as (url, _):
        assert pull(url, "family-4").code == 0


def test_a_name_from_the_list_is_no_path(home: Path) -> None:
    with serving() as (url, asked):
        done = pull(url, "../evil")
    assert (done.code, asked) == (2, [])
    with serving() as (url, asked):
        assert pull(url, "../evil", "--as", "good").code == 2
    assert asked == ["/list.json"]
    assert kept(home) == []


def test_a_bad_certificate_is_refused(tmp_path: Path, home: Path) -> None:
    with serving(self_signed(tmp_path)) as (url, _):
        done = pull(url, "family-4")
    assert done.code == 6
    assert "its certificate is not to be trusted" in done.err


def test_a_server_without_tls_where_it_is_asked_for() -> None:
    with serving() as (url, _):
        done = pull(url.replace("http:", "https:"), "family-4")
    assert (done.code, "no secure connection" in done.err) == (6, True)


def self_signed(folder: Path) -> ssl.SSLContext:
    """A server's context with a certificate that nobody vouches for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    (folder / "both.pem").write_text(CERTIFICATE)
    context.load_cert_chain(folder / "both.pem")
    return context


def test_an_import_that_fails_keeps_the_download_for_the_next_time(home: Path) -> None:
    import errno
    import os
    from unittest import mock

    from vecalc.space import store_writer

    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    with serving() as (url, asked):
        with mock.patch.object(store_writer, "private_file", side_effect=full):
            assert pull(url, "family-4").code == 5
        (download,) = kept(home)
        assert download.startswith("family-4-")
        assert pull(url, "family-4").code == 0
    assert asked.count("/family-4/family-4.gz") == 1
    assert kept(home) == ["family-4"]


@pytest.mark.parametrize("seconds", ["inf", "1e300", "nan", "0", "-1"])
def test_a_timeout_that_makes_no_sense_is_told(seconds: str) -> None:
    done = pull("http://127.0.0.1:1", "family-4", "--timeout", seconds)
    assert (done.code, "--timeout" in done.err) == (2, True)


def test_a_download_that_is_no_model_is_not_kept(home: Path) -> None:
    junk = gzip.compress(b"neither words nor vectors")
    listed = the_list(checksum=md5(junk))
    with serving(list=sends(listed), family_4=sends(junk)) as (url, asked):
        assert pull(url, "family-4").code == 4
    assert "/family-4/family-4.gz" in asked
    assert kept(home) == []
