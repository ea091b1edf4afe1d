"""When several servers may be started."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.errors import SettingsError
from assistant.rooms.workers import check_workers
from assistant.settings import Settings


def test_several_servers_need_a_store(settings: Settings) -> None:
    check_workers(settings, 1)
    check_workers(replace(settings, store="redis://localhost"), 4)
    with pytest.raises(SettingsError) as refused:
        check_workers(settings, 2)
    assert "ASSISTANT_STORE" in refused.value.remedy
