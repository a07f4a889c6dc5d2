"""A real Herald on a database of its own, for as long as a `with` block lasts."""

import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Self

ORGANIZATION, ADMIN, PASSWORD = "parallelworks", "admin", "correct horse battery"
LISTENS = "Herald is at "


class Herald:
    """`url` and `api_key` are there inside the block. HERALD_BINARY names the program."""

    def __init__(self, *arguments: str) -> None:
        self.binary = os.environ["HERALD_BINARY"]
        self.arguments = arguments

    def __enter__(self) -> Self:
        self.folder = tempfile.TemporaryDirectory(prefix="herald-")
        database = str(Path(self.folder.name) / "herald.db")
        admin = ["--organization", ORGANIZATION, "--username", ADMIN, "--email", "admin@parallelworks.com"]
        made = subprocess.run(
            [self.binary, "bootstrap", "--database", database, *admin],
            input=f"{PASSWORD}\n",
            text=True,
            check=True,
            stdout=subprocess.PIPE,
        )
        self.api_key = json.loads(made.stdout)["apiKey"]
        serve = ["serve", "--listen", "127.0.0.1:0", "--database", database, "--allow-target", "127.0.0.0/8"]
        self.log = open(Path(self.folder.name) / "herald.log", "w+")
        self.process = subprocess.Popen(
            [self.binary, *serve, *self.arguments], text=True, stdout=subprocess.PIPE, stderr=self.log
        )
        for line in self.process.stdout:
            if line.startswith(LISTENS):
                self.url = line.removeprefix(LISTENS).strip().rstrip("/")
                return self
        self.__exit__(None)
        raise RuntimeError("Herald ended before it listened")

    def __exit__(self, *failure: object) -> None:
        self.process.terminate()
        status = self.process.wait(timeout=40)
        if failure[0] or status != 0:
            self.log.seek(0)
            print(self.log.read()[-10_000:])
        self.log.close()
        self.folder.cleanup()
        if not failure[0]:
            assert status == 0, f"Herald ended with {status}"
