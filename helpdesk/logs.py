"""What a line of the log holds."""

import logging


class RefusalsInOneLine(logging.Filter):
    """What is refused (status below 500) is no fault of ours, and where it was raised says nothing."""

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "status_code", 500) < 500:
            record.exc_info = record.exc_text = None
        return True
