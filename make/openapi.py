"""Print the API's own description (OpenAPI), from which the page's types are made.

python make/openapi.py FILE
"""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from api.app import create_app
from guanke.commands.api import services
from guanke.house import open_house
from guanke.settings import read_settings


def main(target: Path) -> None:
    """Write the description of an application over an empty data folder."""
    with tempfile.TemporaryDirectory() as folder:
        house = open_house(read_settings(data=Path(folder)))
        document = create_app(services(house)).openapi()
    target.parent.mkdir(parents=True, exist_ok=True)
    document["info"]["version"] = ""  # a release alone changes no type
    text = json.dumps(_bare(document), ensure_ascii=False, indent=1, sort_keys=True)
    target.write_text(text + "\n", encoding="utf-8")


def _bare(tree: Any) -> Any:
    """Return the description without its examples, which are no types."""
    if isinstance(tree, dict):
        return {name: _bare(inside) for name, inside in tree.items() if name != "examples"}
    return [_bare(inside) for inside in tree] if isinstance(tree, list) else tree


if __name__ == "__main__":
    main(Path(sys.argv[1]))
