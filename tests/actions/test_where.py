from decimal import Decimal
from pathlib import Path

import pytest

from assistant.actions.phrases import Phrases
from assistant.actions.question import AmountFilter
from assistant.actions.where import Where, describe
from assistant.actions.wording import Wording
from assistant.bank.model import AccountKind

PHRASES = Phrases.read(Path(__file__).parents[2] / "nlu_data" / "en" / "phrases.yml", "en")
ENGLISH = Wording("en")


@pytest.mark.parametrize(
    ("where", "manner", "said"),
    [
        (Where(), "spent", ""),
        (Where(merchants=("Tesco",), period="last month"), "spent", " at Tesco last month"),
        (Where(merchants=("Tesco", "Lidl")), "found", " at Tesco and Lidl"),
        (Where(merchants=("Netflix",)), "due", " to Netflix"),
        (Where(merchants=("Tom Baker",), are_people=True), "spent", " to Tom Baker"),
        (Where(merchants=("Tom Baker",), are_people=True), "received", " from Tom Baker"),
        (Where(categories=("groceries",), places=("Paris",)), "spent", " on groceries in Paris"),
        (Where(abroad=True, period="this year"), "spent", " abroad this year"),
        (Where(abroad=True), "received", " from abroad"),
        (Where(accounts=("Everyday account",)), "spent", " from your Everyday account"),
        (
            Where(accounts=("Harbour Visa",), account_kind=AccountKind.CARD),
            "found",
            " with your Harbour Visa",
        ),
        (Where(banks=("Meadow Bank",)), "found", " at Meadow Bank"),
        (Where(direction="incoming"), "found", " coming in"),
        (Where(amount=AmountFilter(Decimal(50), "above"), currency="EUR"), "found", " above €50.00"),
        (Where(amount=AmountFilter(Decimal(50), "above", "GBP"), currency="EUR"), "found", " above £50.00"),
        (
            Where(amount=AmountFilter(Decimal(5), "between", upper=Decimal("7.5")), currency="EUR"),
            "found",
            " between €5.00 and €7.50",
        ),
        (Where(amount=AmountFilter(Decimal(50), "about")), "found", " of about 50"),
    ],
)
def test_what_was_searched_for_is_said_back(where: Where, manner: str, said: str) -> None:
    assert describe(where, manner, PHRASES, ENGLISH) == said
