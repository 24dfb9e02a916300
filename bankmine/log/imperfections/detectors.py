"""All detectors that look at the finished log."""

from bankmine.log.eventlog import EventLog
from bankmine.log.imperfections.base import Detector, Traces
from bankmine.log.imperfections.collateral import CollateralEvents
from bankmine.log.imperfections.elusive import ElusiveCases
from bankmine.log.imperfections.homonym import Homonyms
from bankmine.log.imperfections.misspelt import Misspelt
from bankmine.log.imperfections.scattered_case import ScatteredCases
from bankmine.log.imperfections.synonym import Synonyms
from bankmine.log.imperfections.time_travel import TimeTravel
from bankmine.log.imperfections.unanchored import Unanchored
from bankmine.log.quality import QualityFinding

DETECTORS: tuple[Detector, ...] = (
    CollateralEvents(),
    ElusiveCases(),
    Homonyms(),
    Misspelt(),
    ScatteredCases(),
    Synonyms(),
    TimeTravel(),
    Unanchored(),
)


def imperfections(log: EventLog) -> tuple[QualityFinding, ...]:
    """What each detector finds, in their order; none of them changes the log."""
    traces = Traces(log)
    return tuple(found for found in (detector.find(traces) for detector in DETECTORS) if found is not None)
