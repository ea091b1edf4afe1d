"""Rasa graph components of our own, named by module path in `config.yml`."""
