"""From findings to a ranked answer: gain, rank, verdicts, risk and phase."""
