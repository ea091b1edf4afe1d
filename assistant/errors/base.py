"""The root of the tree of errors."""

from __future__ import annotations


class AssistantError(Exception):
    """Anything that a person can meet.

    `code` is stable and is what tests and scripts match. `say` is one plain sentence that can be
    spoken. `remedy` is what to do, for the screen. `detail` is for whoever reads the log: it holds
    no account number, no token and no utterance.
    """

    code = "internal"
    say = "Sorry, something went wrong on my side. Please try again."
    remedy = "Run `assistant doctor`; if it finds nothing, run the command again with --debug."
    exit_status = 1

    def __init__(self, detail: str = "", *, remedy: str | None = None, say: str | None = None):
        super().__init__(detail or self.say)
        self.detail = detail
        if remedy is not None:
            self.remedy = remedy
        if say is not None:
            self.say = say
