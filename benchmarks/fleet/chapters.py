# Licensed under the Apache License, Version 2.0; see LICENSE.
"""The chapters of docs/sizing.md, one function each."""
import os
import re
import sys
from argparse import Namespace

from .document import number, power, size, table, time
from .figures import STAGES, TOPICS, Figures, Results
from .plan import DAY, GIB, YEAR, Dump, Fleet, Machine
from .queues import Run, arrivals, generator, percentile, sizes

FLEETS = (1_000, 10_000, 100_000, 1_000_000)

GATE = os.path.join("gate", "src", "main", "java", "org", "vmcorestream", "gate", "AdmissionBook.java")
MOST_SIMULATED = 400_000


def gate_dumps():
    """Most dumps that one gate follows, as its code says."""
    project = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    with open(os.path.join(project, GATE), encoding="utf-8") as code:
        return 1 << int(re.search(r"MAX_TICKETS = 1 << (\d+);", code.read()).group(1))


class Study:
    """All that the chapters tell of, computed once."""

    def __init__(self, o):
        self.o = o
        self.stages = Results(o.results, "stages")
        self.many = Results(o.results, "many")
        self.figures = Figures(self.stages, o.level, o.codec)
        self.mean = mean_gib(o)
        self.dump = Dump(self.figures, self.mean)
        self.machine = Machine(self.dump, o)
        self.fleets = [Fleet(n, self.dump, self.machine, o) for n in FLEETS]


def mean_gib(o):
    """Of the guests of the simulation: the mean of a log-normal is above its median."""
    values = sizes(generator(0), o.gib, o.spread, 100_000)
    return sum(values) / len(values)


def document(o, options):
    study = Study(o)
    return "\n\n".join(
        part
        for chapter in (head, measured, one_dump, machines, everyday, others, rack, queues, zone, tiered, ends, assumptions)
        for part in (chapter(study, options) if chapter is assumptions else chapter(study))
    ) + "\n"


def head(s):
    yield "# Sizing"
    yield (
        "Written by `benchmarks/sizing` from what `benchmarks/stages` and `benchmarks/many` measured; every number below is either measured, computed "
        "from measured ones, or an assumption that the [last chapter](#assumptions) lists and an option of the script changes."
    )
    yield f"Measured on: {s.stages.head.get('machine', 'unknown')}; {s.stages.head.get('date', '')}, commit {s.stages.head.get('commit', '')}."


def measured(s):
    yield "## Measured"
    yield f"`{s.stages.head.get('command', '')}`: one dump after the other, services up, CPU time and bytes a dump."
    rows = []
    for r in s.stages.rows:
        kept = float(r["kept MiB"])
        cpu = [float(r[f"{stage} CPU s/dump"]) for stage in STAGES]
        rows.append(
            [r["vmcore"], r["level"], r["codec"], r["memory MiB"], f"{100 * kept / float(r['memory MiB']):.1f} %"]
            + [number(c) for c in cpu]
            + [size(float(r[f"{topic} bytes/dump"])) for topic in TOPICS]
            + [size(float(r["file bytes"]))]
        )
    yield table(
        ["vmcore", "level", "codec", "memory MiB", "kept", "produce CPU s", "broker CPU s", "processor CPU s", "sink CPU s"]
        + [f"{topic}" for topic in TOPICS]
        + ["file"],
        rows,
    )
    f = s.figures
    big = max(f.rows, key=lambda r: float(r["memory MiB"]))
    kept = float(big["kept MiB"]) * (1 << 20)
    pages = float(big["memory MiB"]) * 256
    parts = [
        f"compresses and sends {number(kept / 1e6 / float(big['produce CPU s/dump']))} MB of kept pages a second and core on the host",
        f"takes {number(kept / 1e6 / max(1e-4, float(big['broker CPU s/dump'])))} MB of them through a broker's core",
        f"writes {number(kept / 1e6 / max(1e-4, float(big['sink CPU s/dump'])))} MB of them with a sink's core",
        f"decides {number(pages / 1e6 / max(1e-4, float(big['processor CPU s/dump'])))} million pages a second and core, Kafka included",
        f"needs {number(8 * float(big['page-metadata bytes/dump']) / pages)} bits of metadata a page",
    ]
    yield f"So at level {f.level} in {f.codec} this project, on {big['vmcore']}, " + ", ".join(parts[:-1]) + f", and {parts[-1]}."
    yield f"`{s.many.head.get('command', '')}`: many dumps that arrive at the same time."
    yield table(
        ["captures", "dumps", "dumps/s", "first file", "median", "last", "most in flight", "broker", "processor", "sink", "gate"],
        [
            [r["captures"], r["dumps"], r["dumps/s"]]
            + [time(float(r[c])) for c in ("first file s", "median file s", "last file s")]
            + [f"{r['most in flight MiB']} MiB"]
            + [f"{r[c]} MiB" for c in ("broker MiB", "processor MiB", "sink MiB", "gate MiB")]
            for r in s.many.rows
        ],
    )


def one_dump(s):
    d = s.dump
    yield "## One dump"
    yield (
        f"A cost is a part that every dump has and a part for each GiB, from the smallest and the largest guest measured at level {s.o.level} in {s.o.codec}. "
        f"The guest of this document has {number(s.o.gib)} GiB at the median and {number(s.mean)} GiB on average, and keeps {100 * s.figures.kept_share:.1f} % at most."
    )
    rows = [[f"CPU of {stage}", time(line.start), time(line.slope), time(line.at(s.mean))] for stage, line in s.figures.cpu.items()]
    rows += [[f"bytes on `{t}`", size(line.start), size(line.slope), size(line.at(s.mean))] for t, line in s.figures.bytes.items()]
    rows.append(["bytes of the file", size(s.figures.file.start), size(s.figures.file.slope), size(d.file)])
    rows.append(["time to the file, alone", time(s.figures.seconds.start), time(s.figures.seconds.slope), time(d.seconds)])
    yield table(["", "every dump", "each GiB", "the average guest"], rows)


def machines(s):
    yield "## One machine"
    yield f"Average dumps a second that one machine bears, with {100 * s.o.headroom:.0f} % of each of its abilities; the least of a row counts."
    rows = []
    for name, rates in (("broker", s.machine.broker), ("processor", s.machine.processor), ("sink", s.machine.sink)):
        rate, bound = Machine.bound(rates)
        rows.append([name, "; ".join(f"{n}: {number(r)}" for n, r in rates.items()), number(rate), bound])
    yield table(["machine", "dumps/s by", "dumps/s", "bound by"], rows)


def everyday(s):
    o = s.o
    yield "## Fleets"
    yield (
        f"{o.guests} guests a host, {number(o.crashes)} crashes of each a year. Planned is for everyday crashes and for a rack of {o.rack_hosts} hosts that "
        f"panics at once and is to be files within {number(o.rack_minutes)} minutes. Brokers are as many as their disks or their speed need; "
        f"in brackets which of the two."
    )
    rows = []
    for f in s.fleets:
        why = "disk" if f.brokers_by_disk > f.brokers_by_rate else f"speed: {f.need['broker bound']}"
        rows.append(
            [
                power(f.hosts),
                number(f.day),
                size(f.day * s.dump.wire),
                size(f.stored["page-data"]),
                size(f.stored["metadata"]),
                size(f.stored["dumps"]),
                f"{f.brokers} ({why if f.brokers > o.replicas else 'the least'})",
                f.partitions,
                f"{f.processors}",
                f"{f.sinks}",
                size(f.day * s.dump.file),
                size(f.files),
            ]
        )
    yield table(
        [
            "hosts",
            "crashes a day",
            "written a day, once",
            "page-data kept",
            "metadata kept",
            f"dumps, {number(o.years)} years",
            "brokers",
            "partitions",
            "processors",
            "sinks",
            "files a day",
            f"files, {number(o.years)} years",
        ],
        rows,
    )
    yield (
        f"What is kept counts all {o.replicas} copies. Memory: {number(max(s.figures.memory.values()))} MiB was the most that a service had resident; heap bounds it, not the "
        f"guest. Everyday network is small: {size(s.fleets[-1].rate * s.dump.wire * o.replicas)}/s in all brokers of the largest fleet together."
    )


def others(s):
    o = s.o
    yield "### Other crash rates, guests and retentions"
    yield (
        f"{power(FLEETS[2])} and {power(FLEETS[3])} hosts; all else as above. Brokers / processors / sinks, and what `page-data` keeps in all copies."
    )
    rows = []
    for crashes in (o.crashes, 10 * o.crashes, 100 * o.crashes):
        for gib in (s.mean / 4, s.mean, 8 * s.mean):
            for days in (o.data_days, 4 * o.data_days):
                other = Namespace(**{**vars(o), "crashes": crashes, "data_days": days})
                dump = Dump(s.figures, gib)
                machine = Machine(dump, other)
                cells = []
                for hosts in FLEETS[2:]:
                    f = Fleet(hosts, dump, machine, other)
                    cells += [f"{f.brokers} / {f.processors} / {f.sinks}", size(f.stored["page-data"])]
                rows.append([number(crashes), f"{number(gib)} GiB", number(days)] + cells)
    columns = ["crashes of a guest a year", "guest", "days kept"]
    for hosts in FLEETS[2:]:
        columns += [f"{power(hosts)}: machines", "page-data"]
    yield table(columns, rows)


def limit(s):
    """Bytes in flight that the gate of this document allows."""
    return max(s.dump.kept, s.o.limit_racks * s.fleets[0].rack * s.dump.kept)


def rack(s):
    o = s.o
    f = s.fleets[0]
    yield "## A rack"
    guests = f.rack
    yield (
        f"{o.rack_hosts} hosts, {guests:,} guests of {number(s.mean)} GiB: {size(guests * s.dump.kept)} of kept pages, {size(guests * s.dump.wire)} on the wire, "
        f"{size(guests * s.dump.wire * o.replicas)} on the brokers' disks, {size(guests * s.dump.file)} of files. Their hosts need "
        f"{time(host_seconds(s)(s.mean) * o.guests)} to compress and send all of a host's guests one after the other. "
        f"The gate of this document allows {size(limit(s))} in flight ({number(o.limit_racks)} of the rack's kept pages): `admit --in-flight {max(1, round(limit(s) / GIB))}G`."
    )


def host_seconds(s):
    o = s.o

    def seconds(gib):
        cpu = s.figures.cpu["produce"].at(gib) / o.host_cores
        return max(cpu, s.figures.bytes["page-data"].at(gib) / (o.host_gbit * 1e9 / 8))

    return seconds


def simulate(s, fleet, times, gibs):
    o = s.o
    stations = (fleet.brokers, fleet.processors * o.processor_cores, fleet.sinks * o.assemblies)
    per = [n / fleet.drain[name] for n, name in zip(stations, ("broker", "processor", "sink"))]
    mean = Dump(s.figures, s.mean)

    def cost(gib):
        d = Dump(s.figures, gib)
        alone = d.cpu["sink"] + d.file / (o.storage_mb * 1e6)
        return (
            per[0] * d.wire / mean.wire,
            per[1] * d.cpu["processor"] / mean.cpu["processor"] if mean.cpu["processor"] else 0.0,
            max(alone, per[2] * d.file / mean.file),
            d.kept,
            d.bytes["page-metadata"] / (o.host_gbit * 1e9 / 8),
        )

    return Run(times, gibs, cost, stations, limit(s) * max(1, fleet.brokers / s.fleets[0].brokers), host_seconds(s))


def queues(s):
    o = s.o
    yield "### The queue behind each bound"
    yield (
        "A simulation: Poisson arrivals of everyday crashes over a day, and in the second kind of day a rack that panics in its middle "
        f"(within {number(o.burst_seconds)} s); guests' memory log-normal; each dump is described by its host, waits for the gate, goes through the brokers and to a sink, "
        f"with the fleet of the table above. {o.seeds} seeds, from 1; percentiles over all of them. The gate's limit grows with the brokers. *Decided* is when the verdicts "
        "are there, which never waits for the gate."
    )
    rows = []
    for fleet in s.fleets:
        for name, burst in (("everyday", 0), ("and a rack", fleet.rack)):
            delays, decided, most, n = [], [], 0, 0
            for seed in range(1, o.seeds + 1):
                rng = generator(seed)
                times = arrivals(rng, fleet.rate, DAY, [(DAY / 2, burst, o.burst_seconds)] if burst else [])
                run = simulate(s, fleet, times, sizes(rng, o.gib, o.spread, len(times)))
                delays += run.delays
                decided += run.decided
                most = max(most, run.most)
                n += len(times)
            delays.sort()
            decided.sort()
            rows.append(
                [f"{power(fleet.hosts)}, {name}", number(n / o.seeds)]
                + [time(percentile(delays, p)) for p in (0.5, 0.95, 0.99, 1.0)]
                + [time(percentile(decided, 0.99)), size(most)]
            )
    yield table(["hosts", "dumps", "50 %", "95 %", "99 %", "the last", "decided, 99 %", "most in flight"], rows)


def zone(s):
    o = s.o
    yield "## A zone"
    yield (
        f"{100 * o.zone_share:.0f} % of the hosts, all guests within {number(o.burst_seconds)} s, with the machines of the table above: they were planned for a rack. "
        "Nothing of it is lost as long as hosts keep their vmcores until it is their turn; the drain is as long as the slowest stage needs. "
        "Simulated where the dumps are few enough, else computed."
    )
    rows = []
    for fleet in s.fleets:
        last = "computed"
        if fleet.zone <= MOST_SIMULATED:
            rng = generator(1)
            times = arrivals(rng, fleet.rate, 600.0, [(60.0, fleet.zone, o.burst_seconds)])
            run = simulate(s, fleet, times, sizes(rng, o.gib, o.spread, len(times)))
            last = f"{time(percentile(run.delays, 0.5))} / {time(percentile(run.delays, 1.0))}"
        hour = fleet.zone_seconds / 3600
        rows.append(
            [
                power(fleet.hosts),
                f"{fleet.zone:,}",
                size(fleet.zone_bytes),
                f"{100 * fleet.zone_share_of_disk:.0f} %",
                time(fleet.zone_seconds),
                fleet.slowest,
                last,
                number(max(1.0, hour)),
            ]
        )
    yield table(
        ["hosts", "dumps", "on brokers", "of their disks", "drain", "slowest", "median / last, simulated", "times the machines for one hour"],
        rows,
    )
    late = [f for f in s.fleets if f.zone_share_of_disk > 1 - o.disk_fill]
    yield (
        "Where a zone is more than the "
        f"{100 * (1 - o.disk_fill):.0f} % of the disks that are kept free"
        + (f" (from {power(late[0].hosts)} hosts on)" if late else " (no fleet of these)")
        + ", `admit --disk-reserve` is what keeps brokers alive: captures wait until retention or more disks make room."
    )


def tiered(s):
    o = s.o
    yield "## Tiered storage (KIP-405)"
    yield (
        f"Only `page-data` can be tiered: the other topics are compacted, which tiered storage does not bear. With {number(o.local_hours)} hours of it on the brokers and the rest, "
        "once instead of in copies, in an object store:"
    )
    rows = []
    for f in s.fleets:
        brokers, remote = f.tiered(s.dump, o)
        rows.append([power(f.hosts), f.brokers, brokers, size(f.stored["page-data"]), size(remote)])
    yield table(["hosts", "brokers without", "brokers with", "page-data on brokers without", "in the object store with"], rows)
    yield (
        "Live dumps are made from the newest data and never read the remote tier. A replay that wants a file does: "
        f"{size(s.dump.bytes['page-data'])} for the average guest. Retention, and with it the time in which a dump can be decided anew with its contents, "
        "then costs object storage and no brokers. Deciding alone (`whatif`, `replay --verdicts-only`) reads `page-metadata`, which stays local."
    )


def ends(s):
    o = s.o
    yield "## Where this design ends"
    big = s.fleets[-1]
    gate = gate_dumps()
    rows = []
    for f in s.fleets:
        rows.append(
            [
                power(f.hosts),
                number(f.rate),
                f"{100 * f.rate * o.records / o.partition_records:.2g} %",
                size(f.stored["dumps"] / o.replicas),
                time(f.start_seconds),
                f"{number(f.rack / gate)}",
                f"{number(f.zone / gate)}",
                f.partitions,
            ]
        )
    yield table(
        [
            "hosts",
            "dumps/s",
            "of one partition's records",
            f"topic dumps after {number(o.years)} years",
            "a sink's start",
            "a rack at the gate",
            "a zone at the gate",
            "partitions",
        ],
        rows,
    )
    first = next((f for f in s.fleets if f.zone > gate), None)
    slow = next((f for f in s.fleets if f.start_seconds > 60), None)
    yield (
        "*Of one partition's records*: what dumps bring to `dump-files`, `exclusion-stats` and `admissions`, as a share of what a partition bears; these have one each. *A sink's start* is the time to read its share of topic `dumps`, which is kept for ever and has each dump's kernel log: "
        + (f"from {power(slow.hosts)} hosts on that is more than a minute. " if slow else "less than a minute in all of these fleets. ")
        + f"*At the gate*: dumps at once as a share of the {gate:,} that one gate follows; above 1 the rest is not heard: such captures go on without leave after their timeout."
    )
    yield (
        "So what saturates first is, in this order: "
        + ", ".join(
            [
                f"in a zone's panic the {big.slowest}s ({time(big.zone_seconds)} at {power(big.hosts)} hosts), whose number is a matter of money",
                (f"then the one gate, from {power(first.hosts)} hosts on" if first else "then the one gate, beyond these fleets"),
                "then the start of sinks and consoles, with the length of topic `dumps`",
                f"and the number of partitions, {big.partitions:,} of each stripe topic at {power(big.hosts)} hosts".replace("and the", "last the"),
            ]
        )
        + "."
    )
    yield (
        "What would come then: a cluster a zone, each with its own gate, sinks and topics, and a catalogue above them, since a dump never needs another zone's; "
        "kernel logs on a topic of their own with a retention, so that `dumps` is read in seconds; several gates with a share of the limit each, by hash of the dump's id. "
        "None of it changes a record."
    )


def assumptions(s, options):
    yield "## Assumptions"
    yield "Change any of them with the option, and the document is written anew: `benchmarks/sizing --crashes 0.5 --gib 32`."
    yield table(["what", "option", "value"], [[what, f"`--{name.replace('_', '-')}`", getattr(s.o, name)] for name, _, _, what in options])
    yield (
        "Besides these: costs are straight lines in the guest's memory; a GiB of memory keeps the share that the largest vmcore measured keeps; cores of the fleet are as fast as those of the "
        "machine that measured; dumps spread evenly over partitions, and racks over brokers; a vmcore waits on its host for its turn."
    )


if __name__ == "__main__":
    sys.exit("run benchmarks/sizing")
