"""Runs each notebook's script and writes the notebook with its outputs beside it; the same code gives the same bytes.

python notebooks/refresh.py
"""

import os
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).parent


def refresh(script: Path) -> None:
    notebook = jupytext.read(script)
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"  # the library would draw random ones
    client = NotebookClient(notebook, timeout=300, record_timing=False, resources={"metadata": {"path": str(FOLDER)}})
    client.execute(env=os.environ | {"PYTHONPATH": str(FOLDER.parent)})
    notebook.metadata.pop("language_info", None)  # names the exact Python of whoever ran it
    nbformat.write(notebook, script.with_suffix(".ipynb"))


if __name__ == "__main__":
    for path in sorted(FOLDER.glob("[0-9]*.py")):
        refresh(path)
