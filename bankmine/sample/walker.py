"""What a case can do: draw by chance, wait, and hand in work; each of its steps yields what it waits for."""

import math
from bisect import bisect_right
from collections.abc import Sequence
from statistics import NormalDist
from typing import TypeVar

from bankmine.sample.office import HOUR, OFFICE, Job
from bankmine.sample.problems import Problem
from bankmine.sample.routes import Route
from bankmine.sample.waits import CUSTOMER as FOR_CUSTOMER
from bankmine.sample.waits import NOTHING
from bankmine.sample.waits import SYSTEM as FOR_SYSTEM
from bankmine.sample.world import CUSTOMER, Row, World

T = TypeVar("T")
LONGEST = 6 * HOUR  # one sitting
LARGE = -0.2533  # the normal distribution's 40 % point
MORNING = 2 * HOUR
IN_DUTY_HOURS = 0.92  # of answers that fall outside duty hours, the share that customers put off until the office is open


class Walker:
    """One case: its own clock `now`, the end of its last row, `enabled`, and the people who worked on it."""

    __slots__ = ("_late", "_times", "_who", "arrival", "enabled", "now", "number", "world")

    def __init__(self, world: World, number: int, arrival: int) -> None:
        self.world, self.number, self.arrival, self.now, self.enabled = world, number, arrival, arrival, arrival
        self._times: dict[str, int] = {}
        self._who: dict[str, tuple[str, int]] = {}  # role and person at each step
        self._late: list[str] = []

    @property
    def large(self) -> bool:
        """Among the larger 60 % of amounts, which need a second signature."""
        return self.world.draws.normal("amount", self.number) > LARGE

    @property
    def first(self) -> bool:
        """Of the segment that the bank means to serve first."""
        share = self.world.model.layout.first
        return share is not None and self.world.draws.uniform("segment", self.number) < share

    @property
    def _simple(self) -> bool:
        """Among the smaller amounts, of which nobody is ever declined."""
        simple = self.world.model.layout.simple
        return simple is not None and self.world.draws.normal("amount", self.number) <= NormalDist().inv_cdf(simple)

    def chance(self, name: str, share: float) -> bool:
        return self.world.draws.uniform(f"{name}{self._again(name)}", self.number) < share

    def pick(self, name: str, values: Sequence[T]) -> T:
        return values[int(self.world.draws.uniform(name, self.number) * len(values))]

    def _planted(self, pattern: str, step: str | None = None) -> Problem | None:
        """The planted problem of that pattern (and at that step), if there is one."""
        return next((p for p in self.world.problems if p.pattern == pattern and step in (None, p.step)), None)

    def _strikes(self, problem: Problem | None) -> bool:
        if problem is None or not self.chance(problem.pattern, problem.share):
            return False
        self.world.struck.add(self.number)
        return True

    def _again(self, name: str) -> int:
        """How often this was drawn before, so that every draw of a case is its own."""
        times = self._times.get(name, 0)
        self._times[name] = times + 1
        return times

    def _lognormal(self, name: str, median: float, sigma: float) -> float:
        return median * math.exp(sigma * self.world.draws.normal(f"{name}{self._again(name)}", self.number))

    def _between(self, name: str, low: float, high: float) -> float:
        return low + (high - low) * self.world.draws.uniform(f"{name}{self._again(name)}", self.number)

    def _perform(self, step: str, *, calls: bool = False, person: int | None = None, part: float = 1.0) -> Route:
        """Work at a step by its role."""
        model = self.world.model
        role = model.tasks[step].role
        if self._strikes(self._planted("P22", step)):
            role, person = self._who[model.entry]
        if calls:
            self._enquires(step)
        yield from self._served(role, Job(self.number, step, self._service(step, part), self.enabled, self.enabled, person))

    def _served(self, role: str, job: Job) -> Route:
        """A job that the team of that role gets to see now."""
        team = self.world.teams[role]
        if job.person is None and team.desk.named:
            job.person = bisect_right(team.desk.named, self.world.draws.uniform("P09 desk", self.number))
        if team.desk.order == "segment":
            job.favoured = self.first
        elif (favoured := team.desk.favoured) < 1:
            job.favoured = self.world.draws.uniform(f"P10 favour {favoured}", self.number) < favoured
        if self.first and (problem := self._planted("P19")) is not None and role == problem.role:
            self.world.struck.add(self.number)
        yield team, job
        self._who[job.step] = role, job.who
        self.now = self.enabled = job.end

    def _by(self, party: str, step: str, duration: float, *, unanswered: bool = False) -> Route:
        """A step by a customer or a system; `unanswered`: what came before was a wait for the customer, whoever ends it."""
        wait = list(NOTHING)
        wait[FOR_CUSTOMER if unanswered or party == CUSTOMER else FOR_SYSTEM] = self.now - self.enabled
        end = self.now + round(duration)
        self.world.rows.append(
            Row(self.number, step, self.now, end, party, party, self.enabled, tuple(wait), self.number in self.world.moved)
        )
        self.now = self.enabled = end
        yield end

    def _enquires(self, step: str) -> None:
        """The customer may call while the case lies before this step; a second thread of the case, which does not hold it up."""
        world, problem = self.world, self._planted("P16")
        share = problem.share if problem is not None else world.faults.enquiries / len(world.model.tasks)
        role = world.model.tasks[step].role
        if world.model.roles[role].calls and self.chance("enquiry", share):
            if problem is not None:
                world.struck.add(self.number)
            at = self.now + round(self._between("enquiry at", 0.1, 0.9) * max(world.teams[role].expects() - self.now, 600))
            longer = problem.strength if problem is not None else 1.0
            job = Job(self.number, world.model.enquiry, self._service(world.model.enquiry, longer), self.enabled, at)
            world.begin(at, self._call(role, job))

    def _call(self, role: str, job: Job) -> Route:
        """Whoever has the case next answers the call."""
        yield self.world.teams[role], job

    def _service(self, step: str, part: float = 1.0) -> int:
        task = self.world.model.tasks[step]
        variance = math.log1p(task.cv**2)
        mean = task.minutes * 60 * self.world.scale[step] * part
        return round(min(max(self._lognormal(step, mean * math.exp(-variance / 2), math.sqrt(variance)), 20.0), LONGEST))

    def _expected(self, step: str) -> float:
        of = self.world.definition.step(step)
        assert of is not None and of.expected_customer_days is not None, f"{step} asks the customer"
        return of.expected_customer_days

    def _later(self, seconds: float, *, in_duty_hours: bool = False) -> int:
        self.now += round(seconds)
        if in_duty_hours:
            self.now = self._in_duty_hours(self.now)
        return self.now

    def _on_duty(self, role: str, seconds: float) -> int:
        """When the role has been on duty for so long."""
        self.now = self.world.teams[role].desk.hours.after(self.now, seconds)
        return self.now

    def _in_duty_hours(self, time: int) -> int:
        """Most customers answer while the office is open; what would come at night comes in the course of the next morning."""
        if OFFICE.is_open(time) or self.chance("at night", 1 - IN_DUTY_HOURS):
            return time
        return OFFICE.after(time, 0) + round(self._between("morning", 0.0, 1.0) * MORNING)
