from tests.capture.conftest import browser, playwright

__all__ = ["browser", "playwright"]
