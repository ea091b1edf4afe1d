"""Adds the folders that lie beside the package to the wheel; everything else is in pyproject.toml."""

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py


class WithSwitch(build_py):
    """Puts the file that turns Rasa's telemetry off beside the package, where Python looks for such files."""

    def run(self) -> None:
        super().run()
        self.copy_file("assistant/nlu/rasa_telemetry_off.pth", self.build_lib)


setup(
    cmdclass={"build_py": WithSwitch},
    packages=[
        *find_packages(include=["assistant", "assistant.*"]),
        "assistant._data",
        "assistant._data.nlu_data",
        "assistant._data.voices",
    ],
)
