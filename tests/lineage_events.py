"""Builds every event of a file anew from the classes that OpenLineage generates from its schema: a
member that is missing, or that the schema does not know, is an error; so is another form of the
facet than the one that the class stands for."""
import importlib, json, pkgutil, sys
import openlineage.client.generated as generated
from openlineage.client.generated import base
from openlineage.client.generated.base import EventType, InputDataset, Job, OutputDataset, Run, RunEvent

CLASSES = {}
for module in pkgutil.iter_modules(generated.__path__):
    for name, value in vars(importlib.import_module(f"{generated.__name__}.{module.name}")).items():
        if isinstance(value, type) and hasattr(value, "_get_schema"):
            CLASSES[name] = value


def facet(kind, value):
    own = dict(value)
    producer, schema = own.pop("_producer"), own.pop("_schemaURL")
    of = CLASSES[schema.rsplit("/", 1)[1]]
    assert schema == of._get_schema(), (schema, of._get_schema())
    assert ":" in producer
    if "fields" in own:
        fields = importlib.import_module("openlineage.client.generated.schema_dataset").SchemaDatasetFacetFields
        own["fields"] = [fields(**field) for field in own["fields"]]
    return of(**own)


def facets(of, key):
    return {name: facet(name, value) for name, value in of.get(key, {}).items()}


runs = {}
for line in open(sys.argv[1]):
    event = json.loads(line)
    assert event["schemaURL"] == RunEvent._get_schema(), event["schemaURL"]
    run, job = event["run"], event["job"]
    told = RunEvent(
        eventTime=event["eventTime"],
        producer=event["producer"],
        run=Run(runId=run["runId"], facets=facets(run, "facets")),
        job=Job(namespace=job["namespace"], name=job["name"], facets=facets(job, "facets")),
        eventType=EventType[event["eventType"]],
        inputs=[
            InputDataset(of["namespace"], of["name"], facets=facets(of, "facets"), inputFacets=facets(of, "inputFacets"))
            for of in event["inputs"]
        ],
        outputs=[
            OutputDataset(of["namespace"], of["name"], facets=facets(of, "facets"), outputFacets=facets(of, "outputFacets"))
            for of in event["outputs"]
        ],
    )
    unknown = set(event) - {"eventType", "eventTime", "run", "job", "inputs", "outputs", "producer", "schemaURL"}
    assert not unknown, unknown
    runs.setdefault(told.run.runId, []).append(event["eventType"])
assert all(kinds[0] == "START" and len(kinds) == 2 and kinds[1] in ("COMPLETE", "FAIL") for kinds in runs.values()), runs
