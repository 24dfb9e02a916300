"""A case on its way through the process: each call does one step and yields the work wanted, or the time at which to go on."""

import math
from bisect import bisect_right
from collections.abc import Generator, Sequence
from typing import TypeVar

from bankmine.sample.extra_steps import EXTRA
from bankmine.sample.office import DAY, HOUR, OFFICE, Job
from bankmine.sample.problems import DEADLINE_DAYS, Problem
from bankmine.sample.problems_service import SETTLED_DAYS
from bankmine.sample.routes import Journey, Route
from bankmine.sample.waits import CUSTOMER as FOR_CUSTOMER
from bankmine.sample.waits import NOTHING
from bankmine.sample.waits import SYSTEM as FOR_SYSTEM
from bankmine.sample.world import CUSTOMER, SYSTEM, Row, World

T = TypeVar("T")
LONGEST = 6 * HOUR  # one sitting
LARGE = -0.2533  # the normal distribution's 40 % point
MORNING = 2 * HOUR
SOON = 0.5  # median hours until work that came back by a small fault is picked up again
USUAL_SHARE = 0.45  # median answer time of customers, as a share of the days that the process definition expects
SPREAD = 0.6  # sigma of the logarithm of customers' answer times
NEVER = 1 << 60
IN_DUTY_HOURS = 0.92  # of answers that fall outside duty hours, the share that customers put off until the office is open


class Case:
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

    # Chance

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

    def _service(self, step: str, part: float = 1.0) -> int:
        task = self.world.model.tasks[step]
        variance = math.log1p(task.cv**2)
        mean = task.minutes * 60 * self.world.scale[step] * part
        return round(min(max(self._lognormal(step, mean * math.exp(-variance / 2), math.sqrt(variance)), 20.0), LONGEST))

    # Steps

    def begins(self, step: str) -> Route:
        yield from self._by(CUSTOMER, step, self._lognormal(step, 480, 0.5))

    def work(self, step: str) -> Route:
        """Work by the bank's staff at one step, with whatever goes wrong there."""
        if self._strikes(self._planted("P23", step)):
            if self.chance("P23 late", 0.3):
                self._late.append(step)
            return
        yield from self._changes_channel(step)
        yield from self._perform(step, calls=True, person=(yield from self._handed_over(step)))
        yield from self._bounce(step)
        yield from self._return(step)
        for late in [late for late in self._late if (of := self.world.definition.step(late)) is not None and of.before == step]:
            self._late.remove(late)
            yield from self._perform(late)
        yield from self._needless(step)

    def system(self, step: str, seconds: float) -> Route:
        """A step that a system does at once, at any hour; where it fails it is tried again within minutes."""
        yield from self._by(SYSTEM, step, self._lognormal(step, seconds, 0.5))
        problem = self._planted("P26", step)
        if problem is not None and self._strikes(problem):
            retries = 2 + round(self._lognormal("P26 retries", max(problem.strength - 2.0, 0.5), 0.4))
            for _ in range(retries):
                yield self._later(min(self._lognormal("P26 pause", 12 * 60, 0.5), HOUR / 2))
                yield from self._by(SYSTEM, step, min(self._lognormal("P26 run", 25 * 60, 0.5), 2 * HOUR))
        elif problem is None and self.chance("retry " + step, self.world.faults.retries):
            yield self._later(self._lognormal("retry pause", 240, 0.5))
            yield from self._by(SYSTEM, step, self._lognormal(step, seconds, 0.5))

    def documents(self, check: str, request: str, supply: str) -> Route:
        """Documents may be missing: they are asked for, come, and are checked again."""
        problem = self._planted("P15", request)
        share = problem.share if problem is not None else self.world.faults.requests
        # The draw is one and the same, so that the cases of the healthy run are among those of the problem's.
        if check not in self._who or not self.chance("documents", share):
            return  # it is the check that finds them missing
        if problem is not None:
            self.world.struck.add(self.number)
        for _ in range(2 if problem is not None and self.chance("documents again", 0.15) else 1):
            yield from self._perform(request)
            yield from self._answer(request, supply, at_counter=False)
            yield from self._perform(check)

    def ask(self, step: str, reply: str, withdraw: str) -> Journey:
        """Asks the customer and waits: True once the answer has come, False if none comes and the case ends."""
        world, lapse = self.world, self._planted("P18")
        yield from self._perform(step, calls=True, person=(yield from self._handed_over(step)))
        if lapse is not None and self._strikes(lapse):
            yield self._later(DEADLINE_DAYS * DAY + self._between("P18 age", -0.4, 0.6) * DAY)
            yield from self._closes(lapse.step)
            return False
        lost = self._planted("P17", step)
        unanswered = self.chance("unanswered", lost.share if lost is not None else world.faults.unanswered)
        if unanswered:
            if lost is not None:
                world.struck.add(self.number)
            yield self._later(self._lognormal("withdraw", 1.2 * self._expected(step), 0.7) * DAY, in_duty_hours=True)
            yield from self._by(CUSTOMER, withdraw, self._lognormal(withdraw, 180, 0.5))
            return False
        yield from self._answer(step, reply, at_counter=world.model.at_counter and world.in_branch[self.number])
        return True

    def contractual(self, step: str, days: float) -> Route:
        """A step whose preceding wait is agreed by contract; not part of the cycle time that the run counts."""
        yield self._later(self._lognormal(step, days, 0.02) * DAY, in_duty_hours=True)
        yield from self._by(SYSTEM if step == "loan.collect" else CUSTOMER, step, 60.0)

    def _changes_channel(self, step: str) -> Route:
        """The customer cannot go on in the channel of before: comes by another, hands all in once more, and it is entered again."""
        problem = self._planted("P27")
        if problem is None or step not in problem.path or not self._strikes(problem):
            return
        yield self._later(self._lognormal("P27 comes", problem.strength * HOUR, 0.5), in_duty_hours=True)
        self.world.moved.add(self.number)
        yield from self._by(CUSTOMER, problem.step, self._lognormal("P27 hands in", 480, 0.5))
        yield from self._perform(self.world.model.entry)

    def complains(self) -> Route:
        """Where complaints drag on, some customers complain on the day after all is done, and the bank takes weeks to settle it."""
        problem = self._planted("P24")
        if problem is None or not self._strikes(problem):
            return
        process, model = self.world.model.process, self.world.model
        yield self._later(self._lognormal("P24 after", 4 * HOUR, 0.5), in_duty_hours=True)
        yield from self._by(CUSTOMER, problem.step, self._lognormal("P24 complaint", 600, 0.5))
        yield self._later(self._lognormal("P24 settled", problem.strength * SETTLED_DAYS * DAY, 0.5))
        closing = Job(self.number, f"{process}.complaint_closed", 900, self.enabled, self.enabled)
        yield from self._served(model.front, closing)

    # How

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
        if (favoured := team.desk.favoured) < 1:
            job.favoured = self.world.draws.uniform(f"P10 favour {favoured}", self.number) < favoured
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

    def _answer(self, asked: str, reply: str, *, at_counter: bool) -> Route:
        """The customer's answer: mostly within the expected days, on the spot at the counter; late where that is the problem."""
        days = self._expected(asked)
        problem = self._planted("P14", asked)
        if problem is not None:
            self.world.struck.add(self.number)
            wait = self._lognormal(reply, problem.strength * days * DAY, SPREAD)
        elif at_counter:
            wait = self._lognormal(reply, 600, SPREAD)
        else:
            wait = self._lognormal(reply, USUAL_SHARE * days * DAY, SPREAD)
        yield self._later(wait, in_duty_hours=True)
        yield from self._by(CUSTOMER, reply, self._lognormal(reply + " work", 300, 0.5))

    def _bounce(self, step: str) -> Route:
        """The work goes to a colleague and back to the first owner, who waits for it each time."""
        world, problem = self.world, self._planted("P06", step)
        role, owner = self._who[step]
        people = world.teams[role].desk.people if role == world.model.tasks[step].role else 1
        usual = world.faults.bounces / len(world.model.tasks)
        if not (self._strikes(problem) if problem is not None else people > 1 and self.chance("bounce " + step, usual)):
            return
        hours = problem.strength if problem is not None else SOON
        for person in (self._colleague(owner, people, "P06 colleague"), owner):
            yield self._on_duty(role, self._lognormal("P06 pickup", hours * HOUR, 0.5))
            yield from self._perform(step, person=person, part=0.5)

    def _needless(self, host: str) -> Route:
        """A step that the case could do without (P01, P02, P25)."""
        for problem in self.world.problems:
            if problem.pattern in EXTRA and problem.path[0] == host and self._strikes(problem):
                role = self.world.model.tasks[problem.step].role
                yield self._on_duty(role, self._lognormal(f"{problem.pattern} pickup", problem.strength * HOUR, 0.5))
                yield from self._perform(problem.step)

    def _return(self, review: str) -> Route:
        """A review finds an error made earlier: the case goes back and comes again, without the customer."""
        problem = self._planted("P07") or self._planted("P30")
        path = problem.path if problem is not None else self.world.model.returns[0]
        if path[-1] != review:
            return
        if problem is not None and problem.pattern == "P30" and self._who[path[0]][1] != problem.at:
            problem = None  # the others' work comes back as in any bank
        if not (self._strikes(problem) if problem is not None else self.chance("rework", self.world.faults.rework)):
            return
        hours = problem.strength if problem is not None else SOON
        yield self._on_duty(self.world.model.tasks[path[0]].role, self._lognormal("P07 back", hours * HOUR, 0.5))
        for step in path:
            yield from self._perform(step)

    def _handed_over(self, step: str) -> Generator[int, None, int | None]:
        """The work may lie before its role gets to see it (P29), or before a colleague goes on with it, whose place is returned (P05)."""
        gap, cut = self._planted("P29", step), self._planted("P05", step)
        role = self.world.model.tasks[step].role
        slighted = self._planted("P21", step)
        if slighted is not None and self.world.draws.uniform("segment", self.number) < slighted.share:
            self.world.struck.add(self.number)
            yield self._on_duty(role, self._lognormal("P21 gap", slighted.strength * HOUR, 0.5))
        if gap is not None and self._strikes(gap):
            yield self._on_duty(role, self._lognormal("P29 gap", gap.strength * HOUR, 0.5))
        unstable = self._planted("P28", step)
        if unstable is not None and self._unstable(unstable) and self._strikes(unstable):
            yield self._on_duty(role, self._lognormal("P28 lies", unstable.strength * HOUR, 0.5))
        if cut is None or cut.path[0] not in self._who or not self._strikes(cut):
            return None
        yield self._on_duty(role, self._lognormal("P05 gap", cut.strength * HOUR, 0.5))
        return self._colleague(self._who[cut.path[0]][1], self.world.teams[role].desk.people, "P05 colleague")

    def _unstable(self, problem: Problem) -> bool:
        """The case comes here after the day from which on work lies, or belongs to the office where it does."""
        return self.world.draws.office(self.number) == problem.at if problem.how == "branch" else self.now >= problem.at * DAY

    def _colleague(self, person: int, people: int, name: str) -> int:
        return (person + 1 + int(self.world.draws.uniform(name, self.number) * (people - 1))) % people

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

    def _closes(self, step: str) -> Route:
        """The case is closed at once: by the system if the definition says so, else in the name of the bank's role."""
        of = self.world.definition.step(step)
        if of is not None and of.party == SYSTEM:
            yield from self._by(SYSTEM, step, self._lognormal(step, 10, 0.3), unanswered=True)
            return
        # Nobody answered, so the whole wait was for the customer.
        job = Job(self.number, step, 120, self.enabled, NEVER)
        yield from self._served(self.world.model.tasks[self.world.model.asks[0]].role, job)

    def _expected(self, step: str) -> float:
        of = self.world.definition.step(step)
        assert of is not None and of.expected_customer_days is not None, f"{step} asks the customer"
        return of.expected_customer_days

    def _between(self, name: str, low: float, high: float) -> float:
        return low + (high - low) * self.world.draws.uniform(f"{name}{self._again(name)}", self.number)

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
