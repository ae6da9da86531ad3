"""One run of uptake, with its tasks made by Apache Spark.

    spark-submit uptake_spark.py my.toml --uptake ./uptake [options of `uptake run`]

Spark is the queue and nothing else. The driver starts the ordinary run with `--workers tasks`. Whatever
tasks the run has handed out become one Spark job, a partition for each, so that no executor gets two
at once. Executors run `uptake task`. Their answers are printed and not believed: the run looks at the
files, and hands out again what is missing. So a lost executor costs its tasks and nothing more.

Every failure is a row. Only an executor that dies makes Spark try again. See docs/scale.md.
"""

import argparse
import collections
import json
import os
import subprocess
import sys
import time

from pyspark.sql import SparkSession

PAUSE = 1.0


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pipeline", help="the pipeline file, under this path on the driver and on every executor")
    parser.add_argument("--uptake", default="uptake", help="the program on the driver (default: the one on the path)")
    parser.add_argument("--on-executors", metavar="PATH", help="where executors have the program; default: the driver's is sent to them")
    parser.add_argument("--temporary", metavar="FOLDER", help="the folder for temporary files on executors; default: that of the Spark application")
    parser.add_argument("--task-options", metavar="OPTIONS", default="", help="options of `uptake task`, in one argument: `--memory 900`")
    return parser.parse_known_args()


def waiting(uptake, pipeline):
    """The tasks that the run has handed out and that have come to no end, a line each. Before a run
    leads, `plan` prints tasks that belong to none."""
    plan = subprocess.run([uptake, "plan", pipeline, "--tasks", "--quiet"], capture_output=True, text=True)
    if plan.returncode != 0:
        return []
    return [line for line in plan.stdout.splitlines() if json.loads(line).get("run")]


def maker(program, is_sent, pipeline, temporary, options):
    """What an executor does with a task. It may import nothing but what every executor has."""

    def make(task):
        from pyspark import SparkFiles, TaskContext

        path = SparkFiles.get(os.path.basename(program)) if is_sent else program
        if is_sent and not os.access(path, os.X_OK):
            os.chmod(path, 0o755)
        environment = {**os.environ, "TMPDIR": temporary or SparkFiles.getRootDirectory()}
        ended = subprocess.run([path, "task", pipeline, "--quiet", *options], input=task + "\n", capture_output=True, text=True, env=environment)
        rows = [json.loads(line) for line in ended.stdout.splitlines() if line.startswith("{")]
        row = rows[-1] if rows else {**json.loads(task), "outcome": "failed", "message": ended.stderr.strip()[-500:] or f"ended with {ended.returncode}"}
        return {**row, "attempt_of_spark": TaskContext.get().attemptNumber(), "process": os.getppid(), "host": os.uname().nodename}

    return make


def tell(rows, seconds):
    outcomes = collections.Counter(row["outcome"] for row in rows)
    said = {
        "levels": sorted({row["level"] for row in rows}),
        "tasks": len(rows),
        "outcomes": dict(outcomes),
        "executors": len({(row["host"], row["process"]) for row in rows}),
        "tried_again": sum(row["attempt_of_spark"] > 0 for row in rows),
        "seconds": round(seconds, 1),
    }
    print(json.dumps(said), file=sys.stderr, flush=True)
    for row in rows:
        if row["outcome"] not in ("made", "already made"):
            print(json.dumps({name: row.get(name) for name in ("task", "level", "outcome", "message")}), file=sys.stderr, flush=True)


def main():
    options, of_run = arguments()
    spark = SparkSession.builder.appName("uptake").getOrCreate()
    context = spark.sparkContext
    context.setLogLevel("ERROR")
    program = options.on_executors or options.uptake
    if not options.on_executors:
        context.addFile(options.uptake)
    make = maker(program, not options.on_executors, options.pipeline, options.temporary, options.task_options.split())
    leader = subprocess.Popen([options.uptake, "run", options.pipeline, "--workers", "tasks", *of_run])
    try:
        while leader.poll() is None:
            tasks = waiting(options.uptake, options.pipeline)
            if not tasks:
                time.sleep(PAUSE)
                continue
            began = time.monotonic()
            try:
                rows = context.parallelize(tasks, len(tasks)).map(make).collect()
            except Exception as error:  # A task that ended one executor after the other. The run gives it up.
                print(f"the Spark job failed: {str(error)[:500]}", file=sys.stderr, flush=True)
                continue
            tell(rows, time.monotonic() - began)
            if all(row["outcome"] not in ("made", "already made") for row in rows):
                time.sleep(PAUSE)
    finally:
        if leader.poll() is None:
            leader.terminate()
        code = leader.wait()
        spark.stop()
    sys.exit(code)


if __name__ == "__main__":
    main()
