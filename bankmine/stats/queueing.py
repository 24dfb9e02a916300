"""Waiting in a queue with several servers, by formula (definitions §3.3)."""

import math


def mean_wait(servers: int, load: float, service: float, variation: float = 1.0) -> float:
    """Mean wait in the queue, in the unit of `service`, the mean time of one job.

    `load`: share of the servers' time at work, below 1; `variation`: mean of the squared coefficients of variation of the times
    between arrivals and of service. Allen-Cunneen with Sakasegawa's exponent. Raises ValueError where no queue is stable.
    """
    if not 0 <= load < 1 or servers < 1:
        raise ValueError("a queue is stable only with servers and a load below 1")
    return variation * service * load ** (math.sqrt(2 * (servers + 1)) - 1) / (servers * (1 - load))


def spared_by_one_more(servers: int, load: float) -> float:
    """Share of the queue's waiting that one more server would spare, 0-1; service and variation cancel out."""
    return 1 - mean_wait(servers + 1, load * servers / (servers + 1), 1.0) / mean_wait(servers, load, 1.0) if load > 0 else 0.0
