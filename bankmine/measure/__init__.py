"""How long and how often: measures over the compact log."""
