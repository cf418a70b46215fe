"""Comments, reasons and messages that somebody has begun to write and not sent."""
