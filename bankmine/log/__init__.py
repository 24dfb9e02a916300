"""What happened: reading, checking and encoding event logs."""
