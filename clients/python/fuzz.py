"""A fuzzer asks a real Herald whatever its own document allows, and more: every answer is as the document says, and none is a 500."""

import os
import subprocess
import sys
from pathlib import Path

from herald import Herald

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
EXAMPLES, SEED, SECONDS_MAX = "20", "1", 300
# It would end its own session or key, or lock itself out.
LEFT_OUT = ["logOut"]


def main() -> None:
    # No limits: what is asked for here is more than anybody may.
    with Herald(*os.environ.get("HERALD_FUZZ_ARGUMENTS", "").split()) as herald:
        command = [
            str(Path(sys.executable).parent / "schemathesis"),
            "run",
            f"{herald.url}/api/openapi.json",
            *["--header", f"Authorization: Bearer {herald.api_key}"],
            *["--checks", CHECKS, "--max-examples", EXAMPLES, "--seed", SEED],
            *["--phases", "examples,coverage,fuzzing", "--mode", "all", "--no-color"],
            "--generation-deterministic",
        ]
        for operation in LEFT_OUT:
            command += ["--exclude-operation-id", operation]
        subprocess.run(command, check=True, timeout=SECONDS_MAX)
    print("Every answer is as the document says.")


if __name__ == "__main__":
    main()
