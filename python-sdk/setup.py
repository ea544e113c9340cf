"""Gives the wheel its name: any Python 3, this platform, because it carries programs and no extension module."""

from setuptools import setup
from setuptools.command.bdist_wheel import bdist_wheel


class PlatformWheel(bdist_wheel):
    """A wheel of pure Python files and native programs."""

    def finalize_options(self) -> None:
        """Mark the wheel as made for one platform."""
        super().finalize_options()
        self.root_is_pure = False

    def get_tag(self) -> tuple[str, str, str]:
        """Return the tag: the programs do not care which Python starts them."""
        return "py3", "none", super().get_tag()[2]


setup(cmdclass={"bdist_wheel": PlatformWheel})
