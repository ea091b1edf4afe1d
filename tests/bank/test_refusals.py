"""Every code of the standard becomes one error with a sentence of its own."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.bank.refusals import BY_CODE, error_class, message_code

# Code, HTTP status in the standard, our code. Written down apart from the program.
TABLE = [
    ("FORMAT_ERROR", 400, "bank.format"),
    ("PARAMETER_NOT_SUPPORTED", 400, "bank.not_offered"),
    ("PERIOD_INVALID", 400, "bank.period"),
    ("EXECUTION_DATE_INVALID", 400, "bank.execution_date"),
    ("SCA_METHOD_UNKNOWN", 400, "bank.sca_method"),
    ("SCA_INVALID", 400, "bank.sca_failed"),
    ("PAYMENT_FAILED", 400, "bank.payment_refused"),
    ("CARD_INVALID", 400, "bank.card"),
    ("FUNDS_NOT_AVAILABLE", 400, "bank.funds"),
    ("NO_PIIS_ACTIVATION", 400, "bank.funds_unknown"),
    ("RESOURCE_BLOCKED", 400, "bank.resource_blocked"),
    ("FUNDS_CONFIRMATION_FAILED", 400, "bank.funds_unknown"),
    ("PSU_CREDENTIALS_INVALID", 401, "bank.credentials"),
    ("CONSENT_INVALID", 401, "bank.consent"),
    ("CONSENT_EXPIRED", 401, "bank.consent_expired"),
    ("TOKEN_EXPIRED", 401, "bank.consent_expired"),
    ("CERTIFICATE_INVALID", 401, "bank.certificate"),
    ("CERTIFICATE_EXPIRED", 401, "bank.certificate"),
    ("CERTIFICATE_BLOCKED", 401, "bank.certificate"),
    ("CERTIFICATE_REVOKED", 401, "bank.certificate"),
    ("CERTIFICATE_MISSING", 401, "bank.certificate"),
    ("SIGNATURE_INVALID", 401, "bank.certificate"),
    ("SIGNATURE_MISSING", 401, "bank.certificate"),
    ("CONSENT_UNKNOWN", 403, "bank.consent"),
    ("SERVICE_BLOCKED", 403, "bank.blocked"),
    ("PRODUCT_INVALID", 403, "bank.product"),
    ("RESOURCE_EXPIRED", 403, "bank.unknown"),
    ("RESOURCE_UNKNOWN", 404, "bank.unknown"),
    ("PRODUCT_UNKNOWN", 404, "bank.product"),
    ("SERVICE_INVALID", 405, "bank.not_offered"),
    ("CANCELLATION_INVALID", 405, "bank.too_late"),
    ("REQUESTED_FORMATS_INVALID", 406, "bank.not_offered"),
    ("STATUS_INVALID", 409, "bank.state"),
    ("ACCESS_EXCEEDED", 429, "bank.access_exceeded"),
    ("INTERNAL_SERVER_ERROR", 500, "bank.server"),
    ("SERVICE_UNAVAILABLE", 503, "bank.server"),
]


@pytest.mark.parametrize(("code", "status", "ours"), TABLE)
def test_a_code_has_its_error(code: str, status: int, ours: str) -> None:
    assert error_class(code, status).code == ours


def test_a_code_means_the_same_under_whatever_status() -> None:
    assert all(error_class(code, 400) is kind for code, kind in BY_CODE.items())


@pytest.mark.parametrize(
    ("status", "ours"),
    [
        (400, "bank.refused"),
        (401, "bank.consent"),
        (403, "bank.refused"),
        (404, "bank.unknown"),
        (405, "bank.not_offered"),
        (408, "bank.timeout"),
        (409, "bank.state"),
        (429, "bank.access_exceeded"),
        (500, "bank.server"),
        (599, "bank.server"),
    ],
)
@pytest.mark.parametrize("code", [None, "MADE_UP_CODE"])
def test_without_a_known_code_the_status_decides(code: str | None, status: int, ours: str) -> None:
    assert error_class(code, status).code == ours


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"tppMessages": [{"category": "ERROR", "code": "FORMAT_ERROR"}]}, "FORMAT_ERROR"),
        (
            {
                "tppMessages": [
                    {"category": "WARNING", "code": "WARNING_FIRST"},
                    {"category": "ERROR", "code": "CONSENT_EXPIRED"},
                ]
            },
            "CONSENT_EXPIRED",
        ),
        ({"type": "https://bank.example/problem", "code": "CONSENT_INVALID"}, "CONSENT_INVALID"),
        ({"type": "about:blank", "additionalErrors": [{"code": "PERIOD_INVALID"}]}, "PERIOD_INVALID"),
        ({"tppMessages": [{"code": 7}]}, None),
        ({"tppMessages": "no list"}, None),
        ({"tppMessages": ["no object"]}, None),
        ({"code": "IE29 AIBK 9311 5212 3456 78"}, None),
        ({"code": "X" * 500}, None),
        ({}, None),
        ([], None),
        (None, None),
        ("text", None),
    ],
)
def test_the_code_is_found_in_both_kinds_of_body(body: Any, code: str | None) -> None:
    assert message_code(body) == code
