"""What can go wrong between the assistant and a device in another room."""

from __future__ import annotations

from assistant.errors.base import AssistantError


class RoomError(AssistantError):
    code = "rooms"
    say = "Something went wrong between me and the device in that room."
    remedy = "Connect again; docs/rooms.md tells what a device may send."


class FrameError(RoomError):
    """Not what the protocol says, or too long; `detail` tells which."""

    code = "rooms.frame"
    say = "I could not read what that device sent."


class SoundFormatError(RoomError):
    code = "rooms.sound"
    say = "I cannot work with the sound of that device."
    remedy = "Send 16-bit PCM, at best 16,000 Hz and one channel."


class NoAccessError(RoomError):
    code = "rooms.access"
    say = "I do not know that device."
    remedy = "Make it known with `assistant serve satellites add NAME`, and give it the token."


class BusyError(RoomError):
    code = "rooms.busy"
    say = "I have too many people to listen to just now."
    remedy = "Try again in a minute."


class AddressError(RoomError):
    """It cannot be listened at, or must not be."""

    code = "rooms.address"
    say = "I cannot listen at that address."
    remedy = "Name a free port: `assistant serve --wyoming tcp://127.0.0.1:10300`."
    exit_status = 2


class SatelliteNameError(RoomError):
    code = "rooms.satellite"
    say = "There is a mistake in the name of that satellite."
    remedy = "`assistant serve satellites list` shows the names; a new one has letters, digits and hyphens."
    exit_status = 2


class WorkersError(RoomError):
    """One of several servers ended, or did not begin."""

    code = "rooms.workers"
    say = "I could not start everything that serves the rooms."
    remedy = "Start `assistant serve` without --workers: it shows what is wrong in one process."
