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
