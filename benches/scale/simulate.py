#!/usr/bin/env python3
"""Reckons what a run takes on one, ten and a hundred workers, from what measure.py has measured.

    simulate.py                 prints the tables of docs/scale.md
    simulate.py --check FILE    fails where FILE has other tables

It builds the tasks that a run would hand out, level by level, gives each the seconds that its counts
cost, and lets workers take them one by one. What the leader does alone is between the levels.
"""

import argparse
import heapq
import json
import math
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
COSTS = json.loads((HERE / "costs.json").read_text())

# What a portfolio is taken for. Everything else is measured.
EVENTS_OF_A_USER = 20
LOGS_OF_A_CUSTOMER = 72  # three kinds of logs, a file for each hour
YEAR = 365
# As the program has them.
WINDOW_DAYS = 28
MOST_FACTS_IN_PASS = 4_000_000  # beyond the least days
LEAST_DAYS_IN_PASS = 96
DAYS_AT_ONCE = 6
PORTIONS = 16
MOST_SHARDS = 999
# As many shards are taken as keep the facts of a pass of 96 days below so many. What a fact of a pass
# takes is what `--memory` reckons with.
FACTS_OF_A_SHARD = 16_000_000
BYTES_OF_A_FACT = 48
# A task besides its work, in seconds: what the leader and the worker do for it in the warehouse.
OVERHEAD = 0.02
# Reads and writes of objects that are reckoned for a task: the task, its claim, twice renewed.
REQUESTS_OF_A_TASK = 6

WORKERS = (1, 10, 100)
CUSTOMERS = (1_000, 10_000, 100_000)
EVENTS = (10**6, 10**7, 10**8, 10**9)


class Portfolio:
    """A portfolio, and how many shards it has: as few as keep the facts of a pass within bounds."""

    def __init__(self, customers, events):
        self.customers, self.events = customers, events
        self.users = max(customers, events / EVENTS_OF_A_USER)
        self.facts = events * COSTS["rows"]["facts_per_event"]
        self.rows = self.facts * COSTS["rows"]["windows_per_fact"]
        self.objects = min(customers * LOGS_OF_A_CUSTOMER, events) + 2 * customers
        wanted = math.ceil(self.facts * (LEAST_DAYS_IN_PASS + WINDOW_DAYS - 1) / FACTS_OF_A_SHARD)
        self.shards = max(1, min(MOST_SHARDS, wanted))


def seconds(step, **counts):
    return sum(cost * counts[name] for name, cost in COSTS["seconds"][step].items())


def levels(portfolio, days):
    """The tasks of a run that brings so many days: seconds of each, level by level, with what the
    leader does before it."""
    shards, of_shard = portfolio.shards, 1 / portfolio.shards
    received = [seconds("received", objects=portfolio.objects, events=portfolio.events)] * days
    at_once = max(1, min(DAYS_AT_ONCE, math.ceil(days / PORTIONS)))
    facts = []
    for _ in range(shards):
        left = days
        while left > 0:
            some = min(at_once, left)
            facts.append(seconds("facts", shard_days=some, events=some * portfolio.events * of_shard))
            left -= some
    # What is known of licenses is kept from run to run, so that a night reads the new days only.
    assignments = [seconds("assignments", holdings=days * portfolio.users * of_shard, assignments=portfolio.users * of_shard)] * shards
    first = [seconds("first_activity", shard_days=days, facts=days * portfolio.facts * of_shard)] * shards
    windows = []
    passes = max(1, min(days // LEAST_DAYS_IN_PASS, math.ceil(days * portfolio.facts * of_shard / MOST_FACTS_IN_PASS)))
    for number in range(passes):
        some = days * (number + 1) // passes - days * number // passes
        windows += [seconds("windows", facts_read=(some + WINDOW_DAYS - 1) * portfolio.facts * of_shard, shard_days=some, rows=some * portfolio.rows * of_shard)] * shards
    # The days of `subscriptions` are a task of each shard, too; what they cost is in that of passes.
    windows += [0.0] * shards
    portfolio_days = [seconds("portfolio", days=1, customer_days=portfolio.customers)] * days
    return {"received": received, "facts": facts, "assignments": assignments, "first_activity": first, "windows": windows, "portfolio": portfolio_days}


def leader(portfolio, days):
    """What no worker does: checks and publication of the days that are new."""
    return seconds("publish", days=days, customer_days=days * portfolio.customers)


def elapsed(tasks, workers):
    """How long so many workers take for a level, each taking the next task when it is free."""
    free = [0.0] * min(workers, len(tasks))
    heapq.heapify(free)
    for task in tasks:
        heapq.heappush(free, heapq.heappop(free) + task + OVERHEAD)
    return max(free)


def requests(portfolio, days, tasks):
    """Reads and writes of objects: raw files, partitions of received days, files of days and shards,
    and what tasks cost. The lists come on top: one for 1,000 to 5,000 keys."""
    raw = portfolio.objects * days
    received = days * 12 * 4
    of_days = days * portfolio.shards * 12 * 2
    return raw + received + of_days + tasks * REQUESTS_OF_A_TASK


def short(number):
    for size, sign in ((1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if number >= size:
            return f"{number / size:.3g}{sign}"
    return f"{number:.3g}"


def time(value):
    if value < 120:
        return f"{value:.2g} s" if value < 10 else f"{value:.0f} s"
    return f"{value / 60:.0f} min" if value < 7200 else f"{value / 3600:.1f} h"


def megabytes(portfolio, days):
    """The largest task: one that gathers a day of receipt, or a pass."""
    memory = COSTS["megabytes"]
    facts = (min(days, LEAST_DAYS_IN_PASS) + WINDOW_DAYS - 1) * portfolio.facts / portfolio.shards
    return memory["at_least"] + max(memory["per_million_events_of_a_day"] * portfolio.events, BYTES_OF_A_FACT * facts) / 1e6


def row(portfolio, days):
    of_levels = levels(portfolio, days)
    tasks = sum(len(level) for level in of_levels.values())
    alone = leader(portfolio, days)
    times = {count: alone + sum(elapsed(level, count) for level in of_levels.values()) for count in WORKERS}
    memory = megabytes(portfolio, days)
    cells = [
        f"{portfolio.customers:,}",
        short(portfolio.events),
        str(portfolio.shards),
        short(portfolio.events * COSTS["record_bytes"] * days) + "B",
        f"{tasks:,}",
        *(time(times[count]) for count in WORKERS),
        f"{short(requests(portfolio, days, tasks))}",
        f"{memory / 1000:.1f} GB",
    ]
    return times, "| " + " | ".join(cells) + " |"


def table(days):
    header = ["customers", "events a day", "shards", "raw bytes", "tasks", *(f"{count} worker{'s' if count > 1 else ''}" for count in WORKERS), "requests", "largest task"]
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    for customers in CUSTOMERS:
        for events in EVENTS:
            if events >= customers:
                lines.append(row(Portfolio(customers, events), days)[1])
    return "\n".join(lines) + "\n"


def levels_of(customers, events, days):
    """Where the time goes: seconds of each level on 1, 10 and 100 workers."""
    portfolio = Portfolio(customers, events)
    lines = ["| level | tasks | " + " | ".join(f"{count} worker{'s' if count > 1 else ''}" for count in WORKERS) + " |", "|" + "---|" * (2 + len(WORKERS))]
    for name, tasks in levels(portfolio, days).items():
        lines.append(f"| `{name}` | {len(tasks):,} | " + " | ".join(time(elapsed(tasks, count)) for count in WORKERS) + " |")
    lines.append("| checks and publication, by the leader | | " + " | ".join([time(leader(portfolio, days))] * len(WORKERS)) + " |")
    return "\n".join(lines) + "\n"


def measured():
    """What was measured: the costs of each step."""
    names = {"shard_days": "file of a day and shard", "customer_days": "customer and day", "facts_read": "fact read"}
    lines = ["| step | processor time |", "|---|---|"]
    for step, costs in COSTS["seconds"].items():
        parts = [f"{cost * 1e6:.2g} µs" if cost < 1e-4 else f"{cost * 1e3:.2g} ms" for cost in costs.values()]
        words = [names.get(name, name.removesuffix("s")) for name in costs]
        lines.append(f"| `{step}` | " + ", ".join(f"{part} per {word}" for part, word, cost in zip(parts, words, costs.values()) if cost > 0) + " |")
    return "\n".join(lines) + "\n"


def tables():
    return {"costs": measured(), "night": table(1), "year": table(YEAR), "levels of a night": levels_of(100_000, 10**8, 1), "levels of a year": levels_of(100_000, 10**8, YEAR)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", type=pathlib.Path, metavar="FILE")
    options = parser.parse_args()
    for name, text in tables().items():
        if options.check is None:
            print(f"{name}\n\n{text}")
        elif text not in options.check.read_text():
            sys.exit(f"{options.check} has another table of a {name}:\n\n{text}")


if __name__ == "__main__":
    main()
