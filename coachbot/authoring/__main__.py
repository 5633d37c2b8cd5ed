"""`python -m coachbot.authoring [PACK]`: check a pack and list what is wrong."""

from __future__ import annotations

import sys
from pathlib import Path

from coachbot.authoring.pack import check_pack


def main(arguments: list[str]) -> int:
    """Print every fault; 1 if one of them is an error."""
    faults = check_pack(Path(arguments[0] if arguments else "."))
    for one in faults:
        print(one if one.severity == "error" else f"{one} (warning)")
    errors = sum(one.severity == "error" for one in faults)
    print(f"{errors} error(s), {len(faults) - errors} warning(s).")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
