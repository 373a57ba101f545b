"""The web side of the service."""

from tests.support.web import open_web, web

__all__ = ["open_web", "web"]
