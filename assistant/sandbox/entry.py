"""One line of a ledger, as it happens and before it is stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Entry:
    account: str
    """`AccountPlan.key`."""
    made_on: date
    """Day of the purchase or of the order. Until `booked_on` the entry is pending."""
    booked_on: date
    minor: int
    """Cents or pence in the account's currency; negative when it leaves the account."""
    counterparty: str
    remittance: str
    bank_code: str
    """ISO 20022 domain-family-subfamily, `PMNT-CCRD-POSD` for a card purchase."""
    counterparty_iban: str | None = None
    purpose: str | None = None
    """ISO 20022 ExternalPurpose1Code."""
    category: str | None = None
    """ISO 18245 merchant category code; card purchases only."""
    city: str | None = None
    country: str | None = None
    """ISO 3166 alpha-2."""
    original_minor: int | None = None
    original_currency: str | None = None
    rate: str | None = None
    """Account currency for one unit of the original currency."""


CARD = "PMNT-CCRD-POSD"
CASH = "PMNT-CCRD-CWDL"
REFUND = "PMNT-MCRD-DAJT"
CARD_REPAYMENT = "PMNT-CCRD-OTHR"
CREDIT_TRANSFER = "PMNT-ICDT-ESCT"
RECEIVED_TRANSFER = "PMNT-RCDT-ESCT"
INSTANT_TRANSFER = "PMNT-IRCT-ESCT"
RECEIVED_INSTANT = "PMNT-RRCT-ESCT"
STANDING_ORDER = "PMNT-ICDT-STDO"
DIRECT_DEBIT = "PMNT-RDDT-ESDD"
SALARY = "PMNT-RCDT-SALA"
INTEREST = "ACMT-MCOP-INTR"
