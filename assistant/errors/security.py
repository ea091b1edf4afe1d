"""What the guard refuses, and what is wrong with its record. Nothing moved."""

from __future__ import annotations

from assistant.errors.base import AssistantError
from assistant.errors.machine import StorageError


class GuardError(AssistantError):
    """The guard said no."""

    code = "guard"
    say = "I need to know that it is you before I do that."
    remedy = "Start again, and give the passcode when it is asked for."


class NoPasscodeError(GuardError):
    code = "guard.no_passcode"
    say = "You have set no passcode yet, and I move no money without one."
    remedy = "Set one at this computer: `assistant passcode set`."


class WeakPasscodeError(GuardError):
    """`say` tells why."""

    code = "guard.weak_passcode"
    say = "That passcode is too easy to guess."
    remedy = "Choose 6 to 8 digits without a pattern and without a date."
    exit_status = 2


class WrongPasscodeError(GuardError):
    code = "guard.wrong_passcode"
    say = "That was not the passcode."
    remedy = "Wait a little and try again; after some wrong tries it is typed only."


class LockedError(GuardError):
    """Too many wrong tries, or not long enough since the last one."""

    code = "guard.locked"
    say = "There were too many wrong tries, so I have to wait."
    remedy = "Wait, then type the whole passcode: `assistant passcode unlock`."


class LimitError(GuardError):
    code = "guard.limit"
    say = "That is more than the limit that you have set."
    remedy = "Pay less, or change the limit: `assistant limits set`."


class NoLimitError(GuardError):
    """No rate is guessed, so a currency without limits is not paid in."""

    code = "guard.no_limit"
    say = "There is no limit for that currency, so I pay nothing in it."
    remedy = "Set one: `assistant limits set`, with `--currency`."


class AuditError(StorageError):
    """The record of what was done cannot be written or read, or is not what was written."""

    code = "storage.audit"
    say = "The safe record of what I did cannot be kept, so I do nothing that needs it."
    remedy = "Run `assistant audit verify`; make room on the disk and unlock the keyring."


class TamperedError(AuditError):
    code = "storage.tampered"
    say = "Somebody has changed the safe record of what I did, so I move no money."
    remedy = "Run `assistant audit verify`, look at your accounts, and see the page on security."


class GuestError(GuardError):
    code = "guard.guest"
    say = "In this room I tell nothing about the accounts."
    remedy = "Ask where the satellite is not confined to guests."


class HeardElsewhereError(GuardError):
    """The words came as text that some other program heard: it is not known how surely."""

    code = "guard.heard_elsewhere"
    say = "I did not hear you myself here, so I move no money and change nothing."
    remedy = "Say it at a device that I listen to directly, or at the computer; docs/rooms.md tells how."
