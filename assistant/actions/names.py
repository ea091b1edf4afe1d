"""Names that were said, found among the names that the customer's banks know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from string import capwords

from assistant.actions.filters import display_name
from assistant.actions.question import Choice
from assistant.bank.model import Transaction
from assistant.errors import BankError
from assistant.nlu import matching
from assistant.nlu.matching import plain_words


class Unclear(Exception):  # noqa: N818 - a turn of the conversation, not an error
    """Two names fit equally well: one short question settles it."""

    def __init__(self, choice: Choice):
        super().__init__(choice.part)
        self.choice = choice


class Unknown(Exception):  # noqa: N818 - a turn of the conversation, not an error
    """No name fits, among those that the banks which answered know."""

    def __init__(self, part: str, said: str, options: tuple[str, ...], failures: Sequence[BankError] = ()):
        super().__init__(part)
        self.failures = tuple(failures)
        self.part = part
        self.said = said
        self.options = options


def resolve(said: str, names: Sequence[str]) -> list[str]:
    """The names that may be meant, best first: none, one, or several that are too close to tell."""
    plain = plain_words(said)
    exact = [name for name in names if plain_words(name) == plain]
    return exact[:1] or matching.candidates(said, names)


def pick(text: str, options: Sequence[str], ordinals: Sequence[str], fillers: int) -> str | None:
    """The option that an answer to "a or b?" names, by name or by "the first one"; None if it is none.

    `fillers` is how many words beside those of a name the answer may have.
    """
    words = set(plain_words(text))
    named = {option: set(plain_words(option)) for option in options}
    longest = max((len(name) for name in named.values()), default=0)
    if not words or len(plain_words(text)) > longest + fillers:
        return None
    for ordinal, option in zip(ordinals, options, strict=False):
        if ordinal in words:
            return option
    found = [option for option in options if words & _only_in(option, named)] or resolve(text, options)
    return found[0] if len(found) == 1 else None


def _only_in(option: str, named: Mapping[str, set[str]]) -> set[str]:
    """The words that tell this option from the others."""
    others = (words for other, words in named.items() if other != option)
    return named[option].difference(*others)


@dataclass(frozen=True, slots=True)
class Payee:
    """One name that was said, as the customer's data write it."""

    display: str
    names: frozenset[str]
    """Case-folded; a chain's branches may be several."""
    is_person: bool = False


class Payees:
    """Everybody that the customer paid or was paid by."""

    def __init__(self, shops: Mapping[str, bool], known: Iterable[str] = ()):
        """`shops`: the names in the transactions at hand, and whether each is a shop's.

        `known`: all other names, so that "aldi" is not taken for the only similar name of the month.
        """
        self._shops = shops
        self._known = sorted({*shops, *known})

    @classmethod
    def of(cls, transactions: Iterable[Transaction], known: Iterable[str] = ()) -> Payees:
        shops: dict[str, bool] = {}
        for each in transactions:
            name = display_name(each)
            if name:
                shops[name] = shops.get(name, False) or each.merchant is not None
        return cls(shops, known)

    def named(self, said: str) -> Payee:
        """Who is meant; somebody nobody knows is looked for as said. Raises Unclear.

        Branches of one chain ("Tesco Express", "Tesco Metro") are one shop. People who share a
        name are not: there the customer is asked, where it makes a difference.
        """
        branches = [name for name in self._shops if self._shops[name] and _begins(name, said)]
        if branches:
            display = branches[0] if len(branches) == 1 else _shown(said)
            return Payee(display, frozenset(name.casefold() for name in branches))
        meant = resolve(said, self._known)
        found = [name for name in meant if name in self._shops] or meant
        if not found:
            return Payee(_shown(said), frozenset({said.casefold()}))
        at_hand = found[0] in self._shops
        if len(found) > 1 and at_hand:
            raise Unclear(Choice("merchant", tuple(found)))
        names = frozenset(name.casefold() for name in found)
        return Payee(found[0], names, is_person=at_hand and not self._shops[found[0]])


def _begins(name: str, said: str) -> bool:
    words = plain_words(said)
    return bool(words) and plain_words(name)[: len(words)] == words


def _shown(said: str) -> str:
    """Recognisers write names small."""
    return capwords(said) if said.islower() else said
