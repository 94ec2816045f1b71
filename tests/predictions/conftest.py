"""The tests of predictions share the project of segments, and so a build."""

from tests.segments.conftest import built, excluded_here, new_project

__all__ = ["built", "excluded_here", "new_project"]
