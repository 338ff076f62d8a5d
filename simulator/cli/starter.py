"""A scenario to start from: commented, and it runs."""

from __future__ import annotations

import re
from pathlib import Path

from simulator.errors import UserError

TEMPLATE = Path(__file__).with_name("starter.yaml")
_ID = re.compile(r"[a-z][a-z0-9_]*")


def write(name: str) -> Path:
    """Write `<name>.yaml` (a name, or a path that ends in one) and return its path.

    Raises `UserError` where the name is no id, the file is there already, or its folder cannot be written.
    """
    path = Path(name.removesuffix(".yaml") + ".yaml")
    _check(path)
    text = TEMPLATE.read_text(encoding="utf-8").replace("name: starter", f"name: {path.stem}", 1)
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise UserError(f"{path}: is there already; choose another name") from None
    except OSError as error:
        raise UserError(f"{path}: cannot be written ({error.strerror})") from None
    return path


def _check(path: Path) -> None:
    if not _ID.fullmatch(path.stem):
        raise UserError(f"{path.stem}: a name is written in lower case letters, digits and _, and begins with a letter")
