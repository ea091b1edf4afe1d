"""Refusals as the standard writes them: an HTTP status, a message code, a `tppMessages` body."""

from __future__ import annotations

STATUS_OF = {
    "FORMAT_ERROR": 400,
    "PARAMETER_NOT_SUPPORTED": 400,
    "PERIOD_INVALID": 400,
    "EXECUTION_DATE_INVALID": 400,
    "PAYMENT_FAILED": 400,
    "RESOURCE_BLOCKED": 400,
    "NO_PIIS_ACTIVATION": 400,
    "SCA_METHOD_UNKNOWN": 400,
    "SCA_INVALID": 400,
    "PSU_CREDENTIALS_INVALID": 401,
    "CONSENT_INVALID": 401,
    "CONSENT_EXPIRED": 401,
    "CONSENT_UNKNOWN": 403,
    "PRODUCT_INVALID": 403,
    "RESOURCE_EXPIRED": 403,
    "SERVICE_BLOCKED": 403,
    "RESOURCE_UNKNOWN": 404,
    "PRODUCT_UNKNOWN": 404,
    "SERVICE_INVALID": 405,
    "CANCELLATION_INVALID": 405,
    "REQUESTED_FORMATS_INVALID": 406,
    "STATUS_INVALID": 409,
    "ACCESS_EXCEEDED": 429,
    "INTERNAL_SERVER_ERROR": 500,
    "SERVICE_UNAVAILABLE": 503,
}
"""HTTP status of each message code (XS2A 1.3.11, implementation guidelines chapter 14.11)."""


class RefusalError(Exception):
    """The request is answered with this code and nothing is changed."""

    def __init__(self, code: str, text: str, *, path: str | None = None):
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text
        self.path = path

    @property
    def status(self) -> int:
        return STATUS_OF[self.code]

    def body(self) -> dict[str, object]:
        return error_body(self.code, self.text, self.path)


def error_body(code: str, text: str, path: str | None = None) -> dict[str, object]:
    message = {"category": "ERROR", "code": code, "text": text[:500]}
    if path:
        message["path"] = path
    return {"tppMessages": [message]}
