"""What the log looks like: its discovered and defined models."""
