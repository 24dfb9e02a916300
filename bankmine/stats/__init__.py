"""Statistics that know no process: grouped quantiles, intervals for shares, the case bootstrap."""
