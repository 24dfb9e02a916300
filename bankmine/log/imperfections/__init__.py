"""Event-log imperfection patterns (Suriadi, Andrews, ter Hofstede, Wynn 2017).

Form-based capture, displaced times, polluted and distorted labels, missing case ids and events in other columns are found while
reading (checks, likeness, displaced, scattered_event). The others need the cases as a whole and are looked for when somebody asks
about the data (`check`, `analyze`), not on every reading: `detectors`, one module each, a frozen dataclass whose fields are its thresholds.
"""
