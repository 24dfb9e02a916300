"""Whether it worked: before and after, the indicators over the weeks, what is still open (plan §9.2, §10)."""
