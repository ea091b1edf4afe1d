"""The recipe of the assistant's own speech model: `python -m assistant.training.speech --help`."""
