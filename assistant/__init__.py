"""A voice-command banking assistant that keeps everything on the customer's own machine."""

__version__ = "0.1.0"
