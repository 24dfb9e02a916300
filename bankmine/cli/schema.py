"""`bankmine schema`: JSON Schema of the outputs."""

from bankmine.cli.output import put


def schema() -> None:
    """Print the JSON Schema of the outputs.

    Draft 2020-12, for what analyze --json, check --json and diagnose --json write.
    """
    from bankmine.report.schema import schemas
    from bankmine.show.records import json_bytes

    put(json_bytes(schemas()))
