"""From a bank's refusal to one error of ours, whichever of the two standard bodies it uses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from assistant.errors import (
    AccessBlockedError,
    BankBusyError,
    BankError,
    BankFormatError,
    BankRefusedError,
    BankServerError,
    BankTimeoutError,
    CardRefusedError,
    CertificateError,
    ConsentError,
    ConsentExpiredError,
    CredentialsError,
    ExecutionDateError,
    FundsError,
    FundsUnknownError,
    NotKnownError,
    NotOfferedError,
    PaymentRefusedError,
    PeriodError,
    ProductError,
    ResourceBlockedError,
    ScaError,
    ScaMethodError,
    TooLateToCancelError,
    WrongStateError,
)

BY_CODE: Mapping[str, type[BankError]] = {
    "FORMAT_ERROR": BankFormatError,
    "PARAMETER_NOT_CONSISTENT": BankFormatError,
    "PARAMETER_NOT_SUPPORTED": NotOfferedError,
    "PERIOD_INVALID": PeriodError,
    "TIMESTAMP_INVALID": BankFormatError,
    "EXECUTION_DATE_INVALID": ExecutionDateError,
    "SCA_METHOD_UNKNOWN": ScaMethodError,
    "SCA_INVALID": ScaError,
    "PAYMENT_FAILED": PaymentRefusedError,
    "CARD_INVALID": CardRefusedError,
    "FUNDS_NOT_AVAILABLE": FundsError,
    "NO_PIIS_ACTIVATION": FundsUnknownError,
    "FUNDS_CONFIRMATION_FAILED": FundsUnknownError,
    "RESOURCE_BLOCKED": ResourceBlockedError,
    "PSU_CREDENTIALS_INVALID": CredentialsError,
    "CORPORATE_ID_INVALID": CredentialsError,
    "CONSENT_INVALID": ConsentError,
    "CONSENT_UNKNOWN": ConsentError,
    "CONSENT_EXPIRED": ConsentExpiredError,
    "TOKEN_UNKNOWN": ConsentError,
    "TOKEN_INVALID": ConsentError,
    "TOKEN_EXPIRED": ConsentExpiredError,
    "CERTIFICATE_INVALID": CertificateError,
    "CERTIFICATE_EXPIRED": CertificateError,
    "CERTIFICATE_BLOCKED": CertificateError,
    "CERTIFICATE_REVOKED": CertificateError,
    "CERTIFICATE_MISSING": CertificateError,
    "SIGNATURE_INVALID": CertificateError,
    "SIGNATURE_MISSING": CertificateError,
    "ROLE_INVALID": CertificateError,
    "SERVICE_BLOCKED": AccessBlockedError,
    "PRODUCT_INVALID": ProductError,
    "PRODUCT_UNKNOWN": ProductError,
    "RESOURCE_EXPIRED": NotKnownError,
    "RESOURCE_UNKNOWN": NotKnownError,
    "SERVICE_INVALID": NotOfferedError,
    "CANCELLATION_INVALID": TooLateToCancelError,
    "REQUESTED_FORMATS_INVALID": NotOfferedError,
    "STATUS_INVALID": WrongStateError,
    "SESSIONS_NOT_SUPPORTED": NotOfferedError,
    "ACCESS_EXCEEDED": BankBusyError,
    "INTERNAL_SERVER_ERROR": BankServerError,
    "SERVICE_UNAVAILABLE": BankServerError,
}
"""Message codes of XS2A 1.3.11 (implementation guidelines, chapter 14.11), and FUNDS_NOT_AVAILABLE of banks
that have a code for it."""

_BY_STATUS: Mapping[int, type[BankError]] = {
    401: ConsentError,
    404: NotKnownError,
    405: NotOfferedError,
    406: NotOfferedError,
    408: BankTimeoutError,
    409: WrongStateError,
    415: NotOfferedError,
    429: BankBusyError,
}

_CODE = re.compile(r"[A-Z][A-Z_]{2,39}")


def error_class(code: str | None, status: int) -> type[BankError]:
    """What a refusal means. The code decides; a missing or unknown one leaves it to the HTTP status."""
    known = BY_CODE.get(code or "")
    if known is not None:
        return known
    if status >= 500:
        return BankServerError
    return _BY_STATUS.get(status, BankRefusedError)


def message_code(body: Any) -> str | None:
    """The first error code of a `tppMessages` or problem+json body; of both, XS2A's own is wanted.

    The bank's text is left alone: it may hold an account number.
    """
    if not isinstance(body, dict):
        return None
    messages = body.get("tppMessages")
    candidates = messages if isinstance(messages, list) else []
    further = body.get("additionalErrors")
    candidates = [*candidates, body, *(further if isinstance(further, list) else [])]
    for candidate in candidates:
        code = candidate.get("code") if isinstance(candidate, dict) else None
        warning = isinstance(candidate, dict) and candidate.get("category") == "WARNING"
        if isinstance(code, str) and _CODE.fullmatch(code) and not warning:
            return code
    return None
