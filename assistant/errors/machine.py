"""What can go wrong on this computer."""

from __future__ import annotations

from assistant.errors.base import AssistantError


class StorageError(AssistantError):
    code = "storage"
    say = "I could not save that on this computer."
    remedy = "Check that the disk has room and that the folder can be written to."


class SettingsError(AssistantError):
    code = "settings"
    say = "One of my settings is wrong."
    remedy = "Correct the setting that is named."
    exit_status = 2


class PortInUseError(AssistantError):
    code = "sandbox.port"
    say = "The practice bank found no free port."
    remedy = "Name another with --port."


class StoreError(AssistantError):
    code = "store"
    say = "I cannot reach the place where I keep conversations."
    remedy = "Check that the server which ASSISTANT_STORE names runs, can be reached and lets me in."


class StoreLostError(StoreError):
    """In the middle of a turn."""

    code = "store.lost"
    say = "I lost track of our conversation for a moment. Please say that again."


class StoreBusyError(StoreError):
    """Another turn of the same conversation goes on, here or at another server."""

    code = "store.busy"
    say = "I am still busy with what was said before. Please say that again in a moment."
    remedy = "Wait for the answer to what was said before, and say it again."
