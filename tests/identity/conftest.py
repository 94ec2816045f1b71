"""The tests of segments and these share a project, and so a build."""

from tests.segments.conftest import built, excluded_here, new_project

__all__ = ["built", "excluded_here", "new_project"]
