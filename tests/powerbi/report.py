"""Holds every JSON file of a project against Microsoft's schemas, and every field of the report
against the model.

python report.py PROJECT SCHEMAS MODEL-AS-JSON
"""

import copy
import json
import pathlib
import sys

from jsonschema import Draft7Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

project, schemas, model = map(pathlib.Path, sys.argv[1:])
BASE = "https://developer.microsoft.com/json-schemas/fabric/"
registry = Registry()
for path in schemas.rglob("*.json"):
    resource = Resource.from_contents(json.loads(path.read_text()), default_specification=DRAFT7)
    registry = registry.with_resource(BASE + path.relative_to(schemas).as_posix(), resource)


def problems(value):
    validator = Draft7Validator({"$ref": value["$schema"]}, registry=registry)
    return [f"{list(error.absolute_path)}: {error.message[:300]}" for error in validator.iter_errors(value)]


def fields(value):
    """Every column and measure that a value names, with the table."""
    if isinstance(value, dict):
        for kind in ["Column", "Measure"]:
            source = value.get(kind, {}).get("Expression", {}).get("SourceRef", {})
            if "Entity" in source:
                yield kind, source["Entity"], value[kind]["Property"]
        for inner in value.values():
            yield from fields(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from fields(inner)


known = set()
for table in json.loads(model.read_text())["tables"]:
    known |= {("Column", table["name"], column["name"]) for column in table["columns"]}
    known |= {("Measure", table["name"], measure["name"]) for measure in table["measures"]}
files = [path for path in sorted(project.rglob("*")) if path.suffix in [".json", ".pbip", ".pbir", ".pbism"]]
files = [path for path in files if path.name != "uptake-files.json"]
pages = set()
for path in files:
    value = json.loads(path.read_text())
    assert not problems(value), (path, problems(value))
    missing = set(fields(value)) - known
    assert not missing, (path, missing)
    if path.name == "visual.json":
        # The schemas do notice: a key that they do not know, and one that is not there.
        for spoil in [lambda visual: visual["visual"]["query"].update(queryStat={}), lambda visual: visual.pop("position")]:
            spoiled = copy.deepcopy(value)
            spoil(spoiled)
            assert problems(spoiled), path
        assert set(fields(value)), path
    if path.name == "page.json":
        pages.add(value["name"])
order = json.loads((project / "uptake.Report/definition/pages/pages.json").read_text())["pageOrder"]
assert sorted(pages) == sorted(order) and len(order) == 3, (pages, order)
print(len(files))
