# Licensed under the Apache License, Version 2.0; see LICENSE.
"""How much of everything a fleet needs, by arithmetic on measured costs."""
import math

GIB = 1 << 30
DAY = 86_400.0
YEAR = 365.25 * DAY


def up(x):
    """The next whole number, but for what floating point adds."""
    return max(1, math.ceil(x - 1e-9))


class Dump:
    """What one dump of a guest costs."""

    def __init__(self, figures, gib):
        self.gib = gib
        self.cpu = {stage: line.at(gib) for stage, line in figures.cpu.items()}
        self.bytes = {topic: line.at(gib) for topic, line in figures.bytes.items()}
        self.file = figures.file.at(gib)
        self.kept = figures.kept.at(gib)
        self.seconds = figures.seconds.at(gib)
        self.wire = sum(self.bytes.values())


class Machine:
    """What one broker, one sink and one processor can do with this kind of dump, and which of its bounds is the nearest."""

    def __init__(self, dump, o):
        nic = o.nic_gbit * 1e9 / 8 * o.headroom
        # A broker takes what is written, sends it to its followers and to the sink, and is a follower itself.
        share = dump.wire * o.replicas
        self.broker = {
            "CPU": o.broker_cores * o.headroom / (dump.cpu["broker"] * o.replicas),
            "disk": o.broker_disk_mb * 1e6 * o.headroom / share,
            "network out": nic / (dump.wire * o.replicas),
        }
        self.sink = {
            "CPU": o.sink_cores * o.headroom / dump.cpu["sink"],
            "storage": o.storage_mb * 1e6 * o.headroom / dump.file,
            "network in": nic / dump.wire,
        }
        self.processor = {"CPU": o.processor_cores * o.headroom / dump.cpu["processor"]}

    @staticmethod
    def bound(rates):
        """Dumps a second, and what bounds them."""
        name = min(rates, key=rates.get)
        return rates[name], name


class Fleet:
    """What a fleet of so many hosts needs for its everyday crashes, and what a rack and a zone of it bring at once."""

    def __init__(self, hosts, dump, machine, o):
        self.hosts = hosts
        self.guests = hosts * o.guests
        self.rate = self.guests * o.crashes / YEAR
        self.day = self.rate * DAY
        self.stored = {
            "page-data": self.day * dump.bytes["page-data"] * o.data_days * o.replicas,
            "metadata": self.day * (dump.bytes["page-metadata"] + dump.bytes["verdicts"]) * o.metadata_days * o.replicas,
            "dumps": self.rate * YEAR * o.years * dump.bytes["dumps"] * o.replicas,
        }
        self.files = self.rate * YEAR * o.years * dump.file
        self.rack = min(hosts, o.rack_hosts) * o.guests
        self.zone = max(1, round(hosts * o.zone_share)) * o.guests
        disk = o.broker_disk_tb * 1e12 * o.disk_fill
        burst = self.rack * dump.wire * o.replicas
        self.need = {}
        stored = sum(self.stored.values())
        rack_rate = self.rack / (o.rack_minutes * 60)
        self.rack_rate = rack_rate
        for name, rates in (("broker", machine.broker), ("processor", machine.processor), ("sink", machine.sink)):
            rate, bound = Machine.bound(rates)
            self.need[name] = up((self.rate + rack_rate) / rate)
            self.need[name + " bound"] = bound
        self.brokers_by_disk = up((stored + burst) / disk)
        self.brokers_by_rate = self.need["broker"]
        self.brokers = max(o.replicas, self.brokers_by_disk, self.brokers_by_rate)
        self.processors = max(o.least, self.need["processor"])
        self.sinks = max(o.least, self.need["sink"])
        # A stripe is one partition's: twice as many as there is work at once keeps all at work.
        self.partitions = up(2 * max(self.brokers, self.processors * o.processor_cores, self.sinks * o.assemblies))
        self.drain = {
            "broker": self.brokers * Machine.bound(machine.broker)[0],
            "processor": self.processors * Machine.bound(machine.processor)[0],
            "sink": self.sinks * Machine.bound(machine.sink)[0],
        }
        self.slowest = min(self.drain, key=self.drain.get)
        self.zone_seconds = self.zone / self.drain[self.slowest]
        self.zone_bytes = self.zone * dump.wire * o.replicas
        self.zone_share_of_disk = self.zone_bytes / (self.brokers * o.broker_disk_tb * 1e12)
        self.start_seconds = self.rate * YEAR * o.years * dump.bytes["dumps"] / self.sinks / (o.nic_gbit * 1e9 / 8 * o.headroom)

    def tiered(self, dump, o):
        """Brokers by disk, and bytes in the remote tier, when only the newest page-data stays on the brokers."""
        local = self.day * dump.bytes["page-data"] * min(o.data_days, o.local_hours / 24) * o.replicas
        rest = self.stored["metadata"] + self.stored["dumps"]
        burst = self.rack * dump.wire * o.replicas
        disk = o.broker_disk_tb * 1e12 * o.disk_fill
        by_disk = up((local + rest + burst) / disk)
        remote = self.day * dump.bytes["page-data"] * o.data_days
        return max(o.replicas, by_disk, self.brokers_by_rate), remote
