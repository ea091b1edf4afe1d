"""Which day it is: the machine's own calendar, or the one day that the environment names."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date

TODAY = "ASSISTANT_TODAY"
"""Environment variable (YYYY-MM-DD), for demonstrations and tests. Anything else in it counts as unset:
who set it wrongly is told so by the actions, which read it too."""


def today(environ: Mapping[str, str] = os.environ) -> date:
    try:
        return date.fromisoformat(environ.get(TODAY, ""))
    except ValueError:
        return date.today()  # noqa: DTZ011 - the customer's own calendar day is meant
