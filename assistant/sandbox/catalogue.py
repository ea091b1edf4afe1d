"""Who banks here and with what: two banks, two customers, five accounts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from assistant.sandbox.ibans import irish_iban


class ScaMethod(Enum):
    """Ways to receive a code; the value is the XS2A `authenticationType`."""

    SMS = "SMS_OTP"
    CHIP = "CHIP_OTP"


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody who can sign in. The same sign-in serves both banks."""

    login: str
    """XS2A `PSU-ID`."""
    password: str
    name: str


@dataclass(frozen=True, slots=True)
class AccountPlan:
    """An account as it was opened."""

    key: str
    """Short name within this package; never leaves the server."""
    name: str
    product: str
    currency: str
    cash_account_type: str
    """ISO 20022 ExternalCashAccountType1Code; empty for a card account."""
    owners: tuple[str, ...]
    """Logins."""
    number: str
    """National account number, or for a card account the last four digits of the card."""
    opening: int
    """Cents or pence on the first day of the history. A card account opens with last month's bill."""
    card: str | None = None
    """Masked number of the card that spends from it."""
    credit_limit: int | None = None
    """Cents; card accounts only."""

    @property
    def is_card_account(self) -> bool:
        return self.credit_limit is not None


@dataclass(frozen=True, slots=True)
class BankPlan:
    slug: str
    """First part of its paths: `/meadow/v1`."""
    name: str
    bic: str
    iban_bank: str
    """Bank code and sort code within its Irish IBANs."""
    methods: tuple[ScaMethod, ...]
    implicit_start: bool
    """An authorisation is begun as soon as a consent is asked for, unless the caller objects."""
    default_quirks: frozenset[str]
    accounts: tuple[AccountPlan, ...]

    @property
    def prefix(self) -> str:
        return f"/{self.slug}/v1"


ANNA = Customer("anna", "sunflower", "Anna Keller")
CONOR = Customer("conor", "marigold", "Conor Walsh")
CUSTOMERS = {customer.login: customer for customer in (ANNA, CONOR)}

MEADOW = BankPlan(
    slug="meadow",
    name="Meadow Bank",
    bic="MEADIE2D",
    iban_bank="MEAD990212",
    methods=(ScaMethod.SMS, ScaMethod.CHIP),
    implicit_start=False,
    default_quirks=frozenset({"relativeLinks"}),
    accounts=(
        AccountPlan(
            key="everyday",
            name="Everyday account",
            product="Meadow Current",
            currency="EUR",
            cash_account_type="CACC",
            owners=("anna",),
            number="31926819",
            opening=448_431,
            card="453212******4821",
        ),
        AccountPlan(
            key="savings",
            name="Rainy day savings",
            product="Meadow Saver",
            currency="EUR",
            cash_account_type="SVGS",
            owners=("anna",),
            number="31926827",
            opening=640_000,
        ),
    ),
)

HARBOUR = BankPlan(
    slug="harbour",
    name="Harbour Bank",
    bic="HRBRIE2D",
    iban_bank="HRBR930447",
    methods=(ScaMethod.SMS,),
    implicit_start=True,
    default_quirks=frozenset({"absoluteLinks"}),
    accounts=(
        AccountPlan(
            key="joint",
            name="Joint account",
            product="Harbour Together",
            currency="EUR",
            cash_account_type="CACC",
            owners=("anna", "conor"),
            number="20581736",
            opening=141_260,
            card="492934******7706",
        ),
        AccountPlan(
            key="visa",
            name="Harbour Visa",
            product="Visa Classic",
            currency="EUR",
            cash_account_type="",
            owners=("anna",),
            number="3241",
            opening=0,
            card="414932******3241",
            credit_limit=500_000,
        ),
        AccountPlan(
            key="sterling",
            name="Sterling account",
            product="Harbour Currency",
            currency="GBP",
            cash_account_type="CACC",
            owners=("anna",),
            number="20581744",
            opening=118_050,
            card="492934******1190",
        ),
    ),
)

BANKS = (MEADOW, HARBOUR)


def iban(bank: BankPlan, account: AccountPlan) -> str | None:
    """The account's IBAN, None for a card account."""
    return None if account.is_card_account else irish_iban(bank.iban_bank + account.number)
