from pathlib import Path

import pytest

from assistant.actions.accounts import pick_scope
from assistant.actions.names import Unclear, Unknown
from assistant.actions.phrases import Phrases
from assistant.actions.question import Choice, Filters
from assistant.bank.model import Account, AccountKind
from assistant.errors import BankUnreachableError, ConsentError, ConsentExpiredError
from tests.actions.ledger import ACCOUNTS, EVERYDAY, JOINT, SAVINGS, STERLING, VISA

PHRASES = Phrases.read(Path(__file__).parents[2] / "nlu_data" / "en" / "phrases.yml", "en")
HARBOUR_DOWN = BankUnreachableError(bank="Harbour Bank")


def meant(said: str, *, bank: tuple[str, ...] = ()) -> tuple[Account, ...]:
    return pick_scope(ACCOUNTS, (), Filters(account=(said,), bank=bank), PHRASES).accounts


@pytest.mark.parametrize(
    ("said", "accounts"),
    [
        ("savings", (SAVINGS,)),
        ("my savings account", (SAVINGS,)),
        ("current account", (EVERYDAY, JOINT, STERLING)),
        ("Joint Account", (JOINT,)),
        ("joint", (JOINT,)),
        ("visa", (VISA,)),
        ("credit card", (VISA,)),
        ("rainy day", (SAVINGS,)),
        ("sterling", (STERLING,)),
        ("pound account", (STERLING,)),
        ("visa card", (VISA,)),
        ("joined account", (JOINT,)),
        ("rainy day account", (SAVINGS,)),
        ("debit card", (EVERYDAY, JOINT, STERLING)),
        ("all my accounts", ACCOUNTS),
    ],
)
def test_accounts_are_meant_by_name_or_kind(said: str, accounts: tuple[Account, ...]) -> None:
    assert meant(said) == accounts


def test_nothing_said_means_all() -> None:
    scope = pick_scope(ACCOUNTS, (), Filters(), PHRASES)
    assert scope.accounts == ACCOUNTS
    assert not scope.said
    assert scope.currency == "EUR"
    assert scope.kind is None


def test_two_accounts_may_be_named_at_once() -> None:
    scope = pick_scope(ACCOUNTS, (), Filters(account=("visa", "savings")), PHRASES)
    assert scope.accounts == (SAVINGS, VISA)


def test_a_bank_narrows_the_accounts_down() -> None:
    assert meant("current account", bank=("meadow",)) == (EVERYDAY,)
    assert pick_scope(ACCOUNTS, (), Filters(bank=("harbour bank",)), PHRASES).accounts == (
        JOINT,
        VISA,
        STERLING,
    )


@pytest.mark.parametrize("said", ["holiday account", "student account", "business account", "dollar account"])
def test_an_account_that_is_not_there_is_not_mistaken_for_another(said: str) -> None:
    with pytest.raises(Unknown):
        meant(said)


def test_an_unknown_name_is_said_back_with_what_there_is() -> None:
    with pytest.raises(Unknown) as unknown:
        meant("pension")
    assert unknown.value.part == "account"
    assert unknown.value.said == "pension"
    assert "Everyday account" in unknown.value.options
    with pytest.raises(Unknown) as unknown:
        meant("savings", bank=("northern rock",))
    assert unknown.value.options == ("Meadow Bank", "Harbour Bank")


def test_one_name_for_two_accounts_is_asked_back() -> None:
    twin = Account("Harbour Bank", "9", AccountKind.SAVINGS, "Rainy day fund", "EUR")
    with pytest.raises(Unclear) as unclear:
        pick_scope([*ACCOUNTS, twin], (), Filters(account=("rainy day",)), PHRASES)
    assert unclear.value.choice == Choice("account", ("Rainy day savings", "Rainy day fund"))


def test_a_bank_that_failed_is_told_only_where_it_matters() -> None:
    here = (EVERYDAY, SAVINGS)
    down = (HARBOUR_DOWN,)
    assert pick_scope(here, down, Filters(), PHRASES).failures == down
    assert pick_scope(here, down, Filters(account=("savings",)), PHRASES).failures == down
    assert pick_scope(here, down, Filters(account=("everyday account",)), PHRASES).failures == ()
    assert pick_scope(here, down, Filters(bank=("meadow bank",)), PHRASES).failures == ()


def test_the_bank_that_was_named_and_failed_is_the_answer() -> None:
    expired = ConsentExpiredError(bank="Harbour Bank")
    with pytest.raises(ConsentExpiredError):
        pick_scope((EVERYDAY,), (expired,), Filters(bank=("harbour",)), PHRASES)


def test_no_account_at_all() -> None:
    with pytest.raises(BankUnreachableError):
        pick_scope((), (HARBOUR_DOWN,), Filters(), PHRASES)
    with pytest.raises(ConsentError):
        pick_scope((), (), Filters(), PHRASES)


def test_a_name_of_a_bank_that_failed_is_not_simply_unknown() -> None:
    with pytest.raises(Unknown) as unknown:
        pick_scope((EVERYDAY, SAVINGS), (HARBOUR_DOWN,), Filters(account=("visa",)), PHRASES)
    assert unknown.value.failures == (HARBOUR_DOWN,)
