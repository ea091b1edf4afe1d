"""Where a bank's links may lead, and which addresses a bank may have."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.bank.links import UnsafeLinkError, check_base_url, check_page, follow, masked
from assistant.errors import SettingsError

BASE = "https://bank.example/ais/v1"


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ("https://bank.example/ais/v1/consents/1", "https://bank.example/ais/v1/consents/1"),
        ("https://bank.example:443/ais/v1/consents/1", "https://bank.example/ais/v1/consents/1"),
        ("http://bank.example/ais/v1/consents/1", "https://bank.example/ais/v1/consents/1"),
        ("https://http://bank.example/ais/v1/consents/1", "https://bank.example/ais/v1/consents/1"),
        ("/ais/v1/accounts/1?pageIndex=2", "https://bank.example/ais/v1/accounts/1?pageIndex=2"),
        ("/v1/accounts/1", "https://bank.example/ais/v1/accounts/1"),
        ("consents/1/status", "https://bank.example/ais/v1/consents/1/status"),
        ("/other/v2/consents/1#part", "https://bank.example/other/v2/consents/1"),
    ],
)
def test_links_that_stay_at_the_bank_are_followed(href: str, url: str) -> None:
    assert follow(BASE, href) == url


@pytest.mark.parametrize(
    "href",
    [
        "https://evil.example/ais/v1/consents/1",
        "//evil.example/ais/v1",
        "https://bank.example@evil.example/",
        "https://user:secret@bank.example/",
        "https://bank.example.evil.example/",
        "https://bank.example:8443/ais/v1",
        "https://http://evil.example/",
        "ftp://bank.example/",
        "javascript:alert(1)",
        "https://bank.example\\@evil.example/",
        "https://bank.example/\r\nHost: evil.example",
        "https://[::1/",
        "https://bank.example:port/",
        "",
        None,
        7,
        {"href": "/v1"},
    ],
)
def test_links_that_lead_elsewhere_are_not(href: object) -> None:
    with pytest.raises(UnsafeLinkError) as error:
        follow(BASE, href)
    assert "evil" not in str(error.value)


@given(st.text())
def test_whatever_a_bank_writes_the_token_stays_at_its_host(href: str) -> None:
    try:
        url = follow(BASE, href)
    except UnsafeLinkError:
        return
    assert url.startswith("https://bank.example/")


@given(
    st.sampled_from(["https://", "//", "http://", "https://https://"]), st.from_regex(r"[a-z@:./\[\]]{1,30}")
)
def test_whatever_host_a_bank_writes(scheme: str, rest: str) -> None:
    try:
        url = follow(BASE, scheme + rest)
    except UnsafeLinkError:
        return
    assert url.startswith("https://bank.example/") or url == "https://bank.example"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://bank.example/v1/", "https://bank.example/v1"),
        (" http://127.0.0.1:8750/meadow/v1", "http://127.0.0.1:8750/meadow/v1"),
        ("http://[::1]:8750/v1", "http://[::1]:8750/v1"),
        ("http://localhost:8750/v1", "http://localhost:8750/v1"),
    ],
)
def test_addresses_that_a_bank_may_have(given: str, kept: str) -> None:
    assert check_base_url(given) == kept


@pytest.mark.parametrize(
    "url",
    [
        "http://bank.example/v1",
        "http://192.168.1.2/v1",
        "http://localhost.evil.example/v1",
        "ftp://127.0.0.1/v1",
        "https://user:secret@bank.example/v1",
        "https://bank.example/v1?key=secret",
        "https://bank.example/v1#x",
        "https://bank.example/a b",
        "bank.example",
        "https://",
        "https://[::1",
        "https://bank.example:port/v1",
        "",
    ],
)
def test_addresses_that_it_may_not_have(url: str) -> None:
    with pytest.raises(SettingsError) as error:
        check_base_url(url)
    assert "secret" not in str(error.value)
    assert "https://" in error.value.remedy


def test_a_page_for_the_browser_may_be_anywhere_but_encrypted() -> None:
    assert check_page("https://login.example/sca?id=1") == "https://login.example/sca?id=1"
    assert check_page("http://127.0.0.1:1/sca")
    for page in (
        "http://login.example/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https:///x",
        "https://[",
        None,
    ):
        with pytest.raises(UnsafeLinkError):
            check_page(page)


def test_ids_are_masked_in_what_is_told_of_a_call() -> None:
    account = "https://bank.example/ais/v1/accounts/IE29AIBK93115212345678/transactions?dateFrom=2026-01-01"
    assert masked(BASE, account) == "/accounts/*/transactions"
    assert masked(BASE, BASE + "/consents/abc/authorisations/def") == "/consents/*/authorisations/*"
    assert masked(BASE, "https://bank.example/other/IE29/status") == "/*/*/status"
