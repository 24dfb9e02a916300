"""What if: a log replayed with changed waits and work."""
