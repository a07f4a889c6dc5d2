"""A fuzzer asks a real Herald whatever its own document allows, and more: every answer is as the document says, and none is a 500.
The same requests are made each time."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import httpx

from herald import ORGANIZATION, PASSWORD, Herald

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
EXAMPLES, SECONDS_MAX = "20", 300
# What is asked for here is more than anybody may.
UNLIMITED = ["--key-requests-per-second", "0", "--address-requests-per-second", "0"]
# They would take away what the others are about.
LEFT_OUT = ["logOut", "deleteWebhook", "deleteUser", "deleteGroup"]


def seed(herald: Herald) -> dict[str, str]:
    """Something that each path can be about: without it nearly all would be 404."""
    organization = f"{herald.url}/api/organizations/{ORGANIZATION}"
    with httpx.Client(auth=(herald.api_key, "")) as client:

        def post(path: str, body: object) -> dict[str, str]:
            return client.post(f"{organization}{path}", json=body).raise_for_status().json()

        webhook = {"enabled": True, "name": "demo", "type": "USER_LOGIN", "url": "http://127.0.0.1:1024/"}
        user = {"username": "demo", "email": "demo@example.com", "name": "demo", "password": PASSWORD}
        post("/webhooks", webhook)
        payload = {"username": "demo", "email": "d@example.com", "organization": ORGANIZATION}
        payload["userId"] = post("/users", user)["id"]
        post("/groups", {"name": "Demo-Group"})
        post("/webhook-events", {"type": "USER_LOGIN", "payload": payload})
        listed = client.get(f"{organization}/webhooks/demo/deliveries").raise_for_status().json()
        job = post("/webhooks/demo/redeliver", {})["job"]
    delivery = listed["deliveries"][0]["id"]
    names = {"organization": ORGANIZATION, "webhook": "demo", "user": "demo", "group": "Demo-Group"}
    return {**names, "delivery": delivery, "job": job}


def main() -> None:
    with Herald(*UNLIMITED) as herald, tempfile.NamedTemporaryFile("w", suffix=".toml") as config:
        names = seed(herald)
        config.write("[parameters]\n")
        config.writelines(f'"path.{name}" = {json.dumps(value)}\n' for name, value in names.items())
        config.flush()
        command = [
            str(Path(sys.executable).parent / "schemathesis"),
            *["--config-file", config.name],
            "run",
            f"{herald.url}/api/openapi.json",
            *["--header", f"Authorization: Bearer {herald.api_key}"],
            *["--checks", CHECKS, "--max-examples", EXAMPLES, "--generation-deterministic"],
            *["--phases", "examples,coverage,fuzzing", "--mode", "all", "--no-color"],
        ]
        for operation in LEFT_OUT:
            command += ["--exclude-operation-id", operation]
        subprocess.run(command, check=True, timeout=SECONDS_MAX)
    print("Every answer is as the document says.")


if __name__ == "__main__":
    main()
