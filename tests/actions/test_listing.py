from hypothesis import given
from hypothesis import strategies as st

from assistant.actions.listing import Entry, Listing


def listing(count: int, at_a_time: int = 3) -> Listing:
    return Listing.of((Entry(f"said {number}", f"shown {number}") for number in range(count)), at_a_time)


@given(st.integers(0, 40), st.integers(1, 7))
def test_more_reaches_every_entry_once_and_ends(count: int, at_a_time: int) -> None:
    rest: Listing | None = listing(count, at_a_time)
    heard: list[str] = []
    while rest is not None:
        page, rest = rest.first()
        heard += page.speech
        rest = Listing.from_slot(rest.to_slot()) if rest else None
    assert heard == [f"said {number}" for number in range(count)]


def test_who_asks_for_five_hears_five_and_then_three_at_a_time() -> None:
    page, rest = listing(12, at_a_time=5).first()
    assert len(page.entries) == 5
    assert rest is not None
    assert len(rest.first()[0].entries) == 3


def test_what_was_not_asked_for_is_kept_for_more_and_neither_offered_nor_shown() -> None:
    entries = [Entry(f"said {number}", f"shown {number}") for number in range(9)]
    three = Listing.of(entries, at_a_time=3, asked_for=3)
    assert three.screen_lines() == ["shown 0", "shown 1", "shown 2"]
    _, rest = three.first()
    assert rest is not None
    assert rest.offered == 0
    assert rest.first()[0].speech == ["said 3", "said 4", "said 5"]
    _, rest = Listing.of(entries, at_a_time=3, asked_for=7).first()
    assert rest is not None
    assert rest.offered == 4


def test_the_screen_shows_more_than_is_said_but_not_everything() -> None:
    assert len(listing(4).screen_lines()) == 4
    assert len(listing(40).screen_lines()) == 10


def test_an_empty_slot_is_no_list() -> None:
    assert Listing.from_slot(None) is None
    assert Listing.from_slot({}) is None
    assert Listing.from_slot("text") is None
