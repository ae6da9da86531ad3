"""Reads the semantic model with Microsoft's own TMDL parser, as JSON on standard output.

python model.py MODEL-FOLDER RUNTIME-CONFIG
"""

import json
import os
import sys

import dotnetcore2
import pbi_cli
from pythonnet import load

model, config = sys.argv[1:]
with open(config, "w") as file:
    json.dump({"runtimeOptions": {
        "tfm": "netcoreapp3.1",
        "framework": {"name": "Microsoft.NETCore.App", "version": "3.1.0"},
        "rollForward": "LatestMajor",
        "configProperties": {"System.Globalization.Invariant": True},
    }}, file)
load("coreclr", runtime_config=config, dotnet_root=os.path.join(os.path.dirname(dotnetcore2.__file__), "bin"))

import clr  # noqa: E402, pythonnet has it after `load`

for name in ["Core", "Tabular.Json", "", "Tabular"]:
    library = "Microsoft.AnalysisServices" + (f".{name}" if name else "")
    clr.AddReference(os.path.join(os.path.dirname(pbi_cli.__file__), "dlls", library))
from Microsoft.AnalysisServices.Tabular import TmdlSerializer  # noqa: E402

model = TmdlSerializer.DeserializeDatabaseFromFolder(model).Model
problems = [problem.Message for problem in model.Validate().Errors]
assert not problems, problems
german = {}
for culture in model.Cultures:
    for translation in culture.ObjectTranslations:
        owner = translation.Object
        parent = getattr(owner, "Parent", None)
        key = f"{parent.Name}.{owner.Name}" if str(owner.ObjectType) != "Table" else owner.Name
        german[key] = translation.Value


def column(column):
    return {
        "name": column.Name, "type": str(column.DataType), "hidden": column.IsHidden, "key": column.IsKey,
        "about": column.Description, "format": column.FormatString, "tag": column.LineageTag,
        "summed": str(column.SummarizeBy), "computed": str(column.Type) == "Calculated",
    }


def table(table):
    return {
        "name": table.Name, "about": table.Description, "tag": table.LineageTag,
        "columns": [column(each) for each in table.Columns if str(each.Type) != "RowNumber"],
        "measures": [
            {"name": each.Name, "dax": each.Expression, "about": each.Description, "format": each.FormatString, "tag": each.LineageTag}
            for each in table.Measures
        ],
        "sources": [partition.Source.Expression for partition in table.Partitions],
    }


print(json.dumps({
    "tables": [table(each) for each in model.Tables],
    "relationships": [
        [each.FromTable.Name, each.FromColumn.Name, each.ToTable.Name, each.ToColumn.Name] for each in model.Relationships
    ],
    "expressions": {each.Name: each.Expression for each in model.Expressions},
    "german": german,
}))
