"""What can go wrong between microphone and loudspeaker."""

from __future__ import annotations

from assistant.errors.base import AssistantError

# --- sound -----------------------------------------------------------------------------------


class AudioError(AssistantError):
    code = "audio"
    say = "I could not work with that sound."


class BadRecordingError(AudioError):
    """Empty, truncated, not audio, or in an encoding that cannot be read."""

    code = "audio.bad_recording"
    say = "I could not read that recording."
    remedy = "Record WAV, FLAC or OGG audio again; `soxi FILE` tells what a file holds."


class SilentRecordingError(AudioError):
    code = "audio.silence"
    say = "I heard nothing. Please try again, a little closer to the microphone."
    remedy = "Check the microphone's volume with `assistant doctor`."


class NoSoundSystemError(AudioError):
    """PortAudio is missing, so neither microphone nor loudspeaker can be opened."""

    code = "audio.no_portaudio"
    say = "I cannot reach the sound system of this computer."
    remedy = "Install PortAudio (Debian: `apt-get install libportaudio2`)."


class NoDeviceError(AudioError):
    code = "audio.no_device"
    say = "I found no microphone or loudspeaker."
    remedy = "Plug one in, or name it with --device; `assistant doctor` lists what is there."


class DeviceLostError(AudioError):
    code = "audio.device_lost"
    say = "The microphone or the loudspeaker went away."
    remedy = "Plug it in again; `assistant doctor` lists what is there."


# --- hearing ---------------------------------------------------------------------------------


class SpeechModelError(AssistantError):
    code = "asr.model"
    say = "I cannot listen, because my speech model is not in order."
    remedy = "Run `assistant models list`, then `assistant models use NAME`."


class NoSpeechModelError(SpeechModelError):
    code = "asr.no_model"
    say = "I cannot listen, because I have no speech model."


class BrokenSpeechModelError(SpeechModelError):
    code = "asr.broken_model"
    say = "I cannot listen, because my speech model is damaged."
    remedy = "Install it again (`assistant models install NAME`), or run `assistant models use builtin`."


class ModelDownloadError(SpeechModelError):
    code = "asr.download"
    say = "I could not fetch that speech model."
    remedy = (
        "Try again (the download resumes), or install from a zip file: `assistant models install FILE.zip`."
    )


class UnknownModelError(SpeechModelError):
    code = "asr.unknown_model"
    say = "I do not know that speech model."
    remedy = "`assistant models list` shows the names."


# --- speaking --------------------------------------------------------------------------------


class SpeakingError(AssistantError):
    code = "tts"
    say = "I cannot speak just now, but I can still show the answer."
    remedy = "Run `assistant doctor`: it checks the voice."


class NoVoiceError(SpeakingError):
    """Neither espeak-ng nor its wheel is there, or it refused to start."""

    code = "tts.no_voice"
    say = "I have no voice on this computer, so I show my answers."
    remedy = "Install the wheel `espeakng-loader`, or espeak-ng (Debian: `apt-get install espeak-ng`)."


# --- understanding ---------------------------------------------------------------------------


class UnderstandingError(AssistantError):
    code = "nlu"
    say = "Sorry, I could not work that out."


class NoLanguageModelError(UnderstandingError):
    code = "nlu.no_model"
    say = "I have not been trained yet."
    remedy = "Run `assistant train`."


class TrainingDataError(UnderstandingError):
    """A file under nlu_data cannot be used; `detail` names the file and the line."""

    code = "nlu.training_data"
    say = "There is a mistake in my training data."
    remedy = "Correct the line that is named, then run `assistant train` again."


class UtteranceTooLongError(UnderstandingError):
    code = "nlu.too_long"
    say = "That was too long for me. Please say it in one sentence."
    remedy = "Keep one request under 1,000 characters."
