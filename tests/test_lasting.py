"""What is loaded to stay."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from weakref import ref

import pytest

from assistant.lasting import lasting


class Ring:
    """Refers to itself: only a search for cycles finds that nobody needs it."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture(autouse=True)
def nothing_lasts() -> Iterator[None]:
    yield
    gc.unfreeze()
    gc.enable()


def test_what_was_loaded_is_not_looked_through() -> None:
    with lasting():
        assert not gc.isenabled()
        loaded = [Ring() for _ in range(1000)]
    assert gc.isenabled()
    watched = ref(loaded[0])
    loaded.clear()
    gc.collect()
    assert watched() is not None


def test_what_is_replaced_goes_when_the_next_is_loaded() -> None:
    with lasting():
        before = Ring()
    watched = ref(before)
    with lasting():
        before = Ring()
    assert watched() is None


def test_garbage_is_looked_for_again_when_loading_fails() -> None:
    with pytest.raises(ValueError, match="broken"), lasting():
        raise ValueError("broken")
    assert gc.isenabled()
