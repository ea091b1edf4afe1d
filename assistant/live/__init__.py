"""The live loop: sound in, events and sound out, for as long as somebody wants to talk. No device in here."""
