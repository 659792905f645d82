# Licensed under the Apache License, Version 2.0; see LICENSE.
"""
A small simulation of the line of a fleet: dumps arrive at random, and in bursts; each waits for its turn at the gate, travels through
the brokers, is decided and is written. Times of service are those that were measured, scaled with the guest's memory.
"""
import heapq
import random


class Station:
    """Servers that take dumps in the order of arrival, each at the station's rate divided by their number."""

    def __init__(self, servers):
        self.free = [0.0] * servers
        self.busy = 0.0

    def serve(self, arrival, seconds):
        begin = max(arrival, heapq.heappop(self.free))
        heapq.heappush(self.free, begin + seconds)
        self.busy += seconds
        return begin, begin + seconds


class Gate:
    """Bytes in flight in the order of arrival; a dump gives its bytes back when its file is there."""

    def __init__(self, limit):
        self.limit = limit
        self.held = []
        self.bytes = 0
        self.most = 0
        self.turn = 0.0

    def admit(self, arrival, size):
        """The time at which a dump may send; none may before the one that came before it."""
        time = max(arrival, self.turn)
        while self.held and (self.held[0][0] <= time or self.bytes + size > self.limit):
            ended, freed = heapq.heappop(self.held)
            self.bytes -= freed
            time = max(time, ended)
        self.turn = time
        return time

    def hold(self, until, size):
        heapq.heappush(self.held, (until, size))
        self.bytes += size
        self.most = max(self.most, self.bytes)


def sizes(rng, gib, sigma, n):
    """Guest memory in GiB around a median, log-normal, from 0.5 to 64 times it."""
    return [min(64 * gib, max(0.5, rng.lognormvariate(0, sigma) * gib)) for _ in range(n)]


def arrivals(rng, rate, seconds, bursts):
    """Times of arrival: Poisson at a rate, and bursts (when, how many, within so many seconds)."""
    times = []
    t = rng.expovariate(rate)
    while t < seconds:
        times.append(t)
        t += rng.expovariate(rate)
    for when, count, within in bursts:
        times += [when + rng.random() * within for _ in range(count)]
    times.sort()
    return times


class Run:
    """One run: what each dump of it waited."""

    def __init__(self, times, gibs, cost, stations, limit, host_seconds):
        gate = Gate(limit)
        brokers, processors, sinks = (Station(n) for n in stations)
        self.delays = []
        self.decided = []
        for t, gib in zip(times, gibs):
            broker, processor, sink, kept, meta = cost(gib)
            described = t + host_seconds(gib)
            self.decided.append(processors.serve(described + meta, processor)[1] - t)
            turn = gate.admit(described, kept)
            _, sent = brokers.serve(turn, broker)
            _, done = sinks.serve(max(sent, t + self.decided[-1]), sink)
            gate.hold(done, kept)
            self.delays.append(done - t)
        self.most = gate.most
        self.delays.sort()
        self.decided.sort()


def percentile(values, share):
    """Of sorted values; the lower one between two."""
    return values[min(len(values) - 1, int(share * len(values)))] if values else 0.0


def generator(seed):
    return random.Random(seed)
