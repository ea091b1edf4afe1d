"""What can go wrong while testers replay recordings."""

from __future__ import annotations

from assistant.errors.base import AssistantError


class ScenarioError(AssistantError):
    """A scenario file cannot be used; `detail` names the file and the line."""

    code = "replay.scenario"
    say = "There is a mistake in a scenario."
    remedy = "Correct the line that is named; docs/testing.md tells what a scenario may hold."
    exit_status = 2


class NothingToReplayError(AssistantError):
    code = "replay.nothing"
    say = "I found no recording and no scenario there."
    remedy = "Name recordings (WAV, FLAC, OGG), scenarios (*.scenario.yml), turn bundles or folders of them."
    exit_status = 2


class BundleError(AssistantError):
    """A bundled turn is damaged, of another version, or its passphrase is wrong."""

    code = "replay.bundle"
    say = "I could not open that recorded turn."
    remedy = "Ask for the file again; an encrypted one needs its passphrase."


class ReplayWorkersError(AssistantError):
    """The processes or machines that replay cannot be used."""

    code = "replay.workers"
    say = "I could not start the work on other processes."
    remedy = "Try with --jobs 1; it shows what is wrong in one process."
