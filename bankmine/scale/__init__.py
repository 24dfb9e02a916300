"""Logs larger than one memory: the same kernels over parts on disk, or on Spark."""
