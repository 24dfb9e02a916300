"""A case on its way through the process: each call does one step and yields the work wanted, or the time at which to go on."""

import copy
from collections.abc import Generator

from bankmine.sample.extra_steps import EXTRA
from bankmine.sample.office import DAY, HOUR, Job
from bankmine.sample.problems import DEADLINE_DAYS, Problem
from bankmine.sample.problems_service import SETTLED_DAYS
from bankmine.sample.routes import Journey, Route, Thread
from bankmine.sample.walker import Walker
from bankmine.sample.world import CUSTOMER, SYSTEM

DECLINED_LARGE = 0.10  # of the larger amounts, where only they are declined
SOON = 0.5  # median hours until work that came back by a small fault is picked up again
USUAL_SHARE = 0.45  # median answer time of customers, as a share of the days that the process definition expects
SPREAD = 0.6  # sigma of the logarithm of customers' answer times
NEVER = 1 << 60


class Case(Walker):
    """One case, with whatever goes wrong with it."""

    __slots__ = ()

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

    def check(self, step: str) -> Journey:
        """A check, with the bank's cheaper one that declines more before it, or after it (P03): True if the case is declined."""
        knock_out = self.world.model.layout.knock_out
        if knock_out is None:
            yield from self.work(step)
            return False
        # The draws are the same in either order, so that the same cases are declined.
        declined = {check: self.chance(f"declined by {check}", share) for check, share in knock_out.items()}
        problem = self._planted("P03")
        for each in knock_out if problem is None else reversed(tuple(knock_out)):
            yield from self.work(each)
            if declined[each]:
                if problem is not None and not declined[step]:
                    self.world.struck.add(self.number)
                yield from self.work(f"{self.world.model.process}.reject")
                return True
        return False

    def declined(self, share: float) -> bool:
        """Whether a case is declined that has passed every check; a bank with a cheaper check (P03) has declined it there."""
        layout = self.world.model.layout
        if layout.simple is None:
            return layout.knock_out is None and self.chance("reject", share)
        # Nobody is where little is at stake (P20).
        return not self._simple and self.chance("reject", min(max(DECLINED_LARGE, share / (1 - layout.simple)), 0.5))

    def to_approve(self, usual: bool) -> bool:
        """Whether somebody has to approve; a bank with a simple lane lets small amounts pass, unless that is the problem (P20)."""
        if self.world.model.layout.simple is None:
            return usual
        if self._simple and self._planted("P20") is not None:
            self.world.struck.add(self.number)
            return True
        return not self._simple

    def both(self, one: str, other: str, between: Route | None = None) -> Route:
        """Two steps, one after the other; in a bank that does them at the same time, unless that is the problem (P04), at once."""
        if one not in self.world.model.layout.beside:
            yield from self.work(one)
            yield from between or ()
            yield from self.work(other)
            return
        yield from between or ()
        problem = self._planted("P04")
        if problem is not None:
            self.world.struck.add(self.number)
            for step in (other, one) if self.chance("P04", problem.share) else (one, other):
                yield from self.work(step)
            return
        twin, thread = copy.copy(self), Thread()
        self.world.begin(self.now, twin._ends(other, thread))
        yield from self.work(one)
        yield thread
        self.now = self.enabled = max(self.now, twin.now)

    def _ends(self, step: str, thread: Thread) -> Route:
        yield from self.work(step)
        thread.finish()

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

    def _closes(self, step: str) -> Route:
        """The case is closed at once: by the system if the definition says so, else in the name of the bank's role."""
        of = self.world.definition.step(step)
        if of is not None and of.party == SYSTEM:
            yield from self._by(SYSTEM, step, self._lognormal(step, 10, 0.3), unanswered=True)
            return
        # Nobody answered, so the whole wait was for the customer.
        job = Job(self.number, step, 120, self.enabled, NEVER)
        yield from self._served(self.world.model.tasks[self.world.model.asks[0]].role, job)
