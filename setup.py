"""Adds the folders that lie beside the package to the wheel; everything else is in pyproject.toml."""

from setuptools import find_packages, setup

setup(
    packages=[
        *find_packages(include=["assistant", "assistant.*"]),
        "assistant._data",
        "assistant._data.nlu_data",
        "assistant._data.voices",
    ]
)
