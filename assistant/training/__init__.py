"""Recipes that make things offline, the speech model first of all."""
