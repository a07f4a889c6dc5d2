"""The original's official client through a whole story, against a real Herald and a real receiver."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from parallelworks_client import Client, ProblemError, raise_for_problem
from parallelworks_client.api.api_keys import create_apikey, delete_apikey, get_apikeys
from parallelworks_client.api.authentication import get_auth_session, get_whoami, post_password_login
from parallelworks_client.api.events import (
    list_event_types,
    list_organization_event_actors,
    list_organization_events,
)
from parallelworks_client.api.groups import (
    add_group_member,
    create_group,
    delete_group,
    get_group,
    get_group_members,
    get_organization_groups,
    patch_group_roles,
    remove_group_member,
)
from parallelworks_client.api.organization import (
    create_organization,
    get_organization_seats,
    get_organizations,
    list_organization_users,
    update_organization_seats,
)
from parallelworks_client.api.users import (
    create_organization_user,
    delete_user,
    set_user_active,
    set_user_admin,
    set_user_complimentary,
)
from parallelworks_client.api.webhooks import (
    create_organization_webhook,
    create_platform_webhook,
    delete_organization_webhook,
    delete_platform_webhook,
    list_organization_webhooks,
    list_platform_webhooks,
    toggle_organization_webhook,
    toggle_platform_webhook,
)
from parallelworks_client.client import AuthenticatedClient
from parallelworks_client.client import Client as UnauthenticatedClient
from parallelworks_client.models import (
    CreateAPIKeyInputBody,
    CreateOrganizationInputBody,
    CreateUserBody,
    CreateWebhookBody,
    CreateWebhookBodyType,
    Error,
    GetOrganizationsSortBy,
    Group,
    GroupRolesBody,
    MemberBodyInput,
    PasswordLoginInputBody,
    PatchWebhookBody,
    SetActiveInputBody,
    SetAdminInputBody,
    SetComplimentaryInputBody,
    UpdateOrgSeatsBody,
    Webhook,
)

from herald import ADMIN, ORGANIZATION, PASSWORD, Herald
from receiver import Delivery, Receiver

OTHER = "acme"
TYPES = list(CreateWebhookBodyType)


class Story:
    """One platform admin with a key, and what comes to their receiver."""

    def __init__(self, herald: Herald, receiver: Receiver) -> None:
        self.herald, self.receiver = herald, receiver
        self.client = AuthenticatedClient(base_url=herald.url, token=herald.api_key)
        self.plain = Client.with_api_key(herald.url, herald.api_key).sync

    def ok(self, answer: Any, status: int = 200) -> Any:
        """What the client's own types made of an answer."""
        assert answer.status_code == status, f"{answer.status_code} {answer.content!r}"
        assert not isinstance(answer.parsed, Error), answer.content
        return answer.parsed

    def do(self, operation: Any, *names: str, status: int = 200, **more: Any) -> Any:
        return self.ok(operation.sync_detailed(*names, client=self.client, **more), status)

    def tell(self) -> None:
        self.who_one_is()
        self.the_directory()
        self.organizations()
        webhooks = self.webhooks()
        self.a_first_log_in(webhooks)
        self.a_user_of_another_organization(webhooks)
        self.disabling(webhooks)
        self.toggling_and_deleting()
        self.platform_webhooks()
        self.administration()
        self.errors()
        self.audit()

    def who_one_is(self) -> None:
        assert self.do(get_whoami) == ADMIN
        session = self.do(get_auth_session)
        assert (session.username, session.organization, session.admin) == (ADMIN, ORGANIZATION, True)
        made = self.do(create_apikey, body=CreateAPIKeyInputBody(title="story"))
        with_new_key = AuthenticatedClient(base_url=self.herald.url, token=made.key)
        assert self.ok(get_whoami.sync_detailed(client=with_new_key)) == ADMIN
        assert "story" in [key.title for key in self.do(get_apikeys)]
        self.do(delete_apikey, made.id, status=204)
        assert get_whoami.sync_detailed(client=with_new_key).status_code == 401

    def the_directory(self) -> None:
        made = self.do(create_organization, body=CreateOrganizationInputBody(organization_name=OTHER))
        assert (made.name, made.display_name, made.partner) == (OTHER, OTHER, False)
        for organization, username in [(OTHER, "ada"), (ORGANIZATION, "carl")]:
            email = f"{username}@example.com"
            body = CreateUserBody(email=email, name=username, username=username, password=PASSWORD, uid=5000)
            user = self.do(create_organization_user, organization, body=body)
            assert (user.organization, user.username, user.email) == (organization, username, email)
        users = self.do(list_organization_users, ORGANIZATION)
        assert (users.total, [user.username for user in users.users]) == (2, [ADMIN, "carl"])

        group = self.do(create_group, ORGANIZATION, body=Group(name="Demo-Group", description="all of them"))
        assert (group.name, group.members, group.organization) == ("Demo-Group", 0, ORGANIZATION)
        for username in ["ada", "carl"]:
            self.do(add_group_member, ORGANIZATION, "Demo-Group", body=MemberBodyInput(username))
        assert self.do(patch_group_roles, ORGANIZATION, "Demo-Group", body=GroupRolesBody(["org:users"])).roles
        assert [member.username for member in self.do(get_group, ORGANIZATION, "demo-group").members] == [
            "ada",
            "carl",
        ]
        assert len(self.do(get_group_members, ORGANIZATION, "Demo-Group")) == 2
        assert [group.members for group in self.do(get_organization_groups, ORGANIZATION)] == [2]

        self.do(update_organization_seats, OTHER, body=UpdateOrgSeatsBody(seats=6))
        seats = self.do(get_organization_seats, OTHER)
        assert (seats.seats, seats.used_seats) == (6, 1)

    def organizations(self) -> None:
        """In pages, and by a part of a name; the client sends a direction unasked."""
        everyone = self.do(get_organizations)
        assert (everyone.total, [one.name for one in everyone.organizations]) == (2, [ORGANIZATION, OTHER])
        page = self.do(get_organizations, limit=1, offset=1)
        assert (page.total, [one.name for one in page.organizations]) == (2, [OTHER])
        by_name = self.do(get_organizations, sort_by=GetOrganizationsSortBy.NAME, limit=1)
        assert (by_name.total, [one.name for one in by_name.organizations]) == (2, [OTHER])
        found = self.do(get_organizations, search=OTHER.upper())
        assert (found.total, [one.name for one in found.organizations]) == (1, [OTHER])

    def webhooks(self) -> dict[tuple[str, str], Webhook]:
        """One of each type in both organizations."""
        made = {}
        for organization in [ORGANIZATION, OTHER]:
            assert self.do(list_organization_webhooks, organization) == []
            for event_type in TYPES:
                url = self.receiver.url(f"/{organization}/{event_type.value}")
                body = CreateWebhookBody(
                    enabled=True, name=f"On {event_type.value}", type_=event_type, url=url, description="a story"
                )
                webhook = self.do(create_organization_webhook, organization, body=body)
                assert (webhook.name, webhook.url, webhook.enabled) == (body.name, url, True)
                assert webhook.type_.value == event_type.value
                made[organization, event_type.value] = webhook
            listed = self.do(list_organization_webhooks, organization)
            assert {webhook.id for webhook in listed} == {
                webhook.id for (owner, _), webhook in made.items() if owner == organization
            }
        return made

    def a_first_log_in(self, webhooks: dict[tuple[str, str], Webhook]) -> None:
        self.log_in("ada")
        payload = self.payload("ada", OTHER)
        self.got(webhooks, OTHER, "USER_CREATED", {**payload, "remainingSeats": 5})
        delivery = self.got(webhooks, OTHER, "USER_LOGIN", payload)
        path = f"/api/organizations/{OTHER}/webhooks/On USER_LOGIN/secret"
        with self.plain() as client:
            secret = raise_for_problem(client.get(path)).json()["secret"]
        assert delivery.is_signed_with(secret)
        self.log_in("ada")
        self.got(webhooks, OTHER, "USER_LOGIN", payload)
        assert self.receiver.is_empty(f"/{OTHER}/USER_CREATED"), "it was the second log in"

    def a_user_of_another_organization(self, webhooks: dict[tuple[str, str], Webhook]) -> None:
        """The webhook's owner is the group's organization; the user's is another."""
        self.do(remove_group_member, ORGANIZATION, "Demo-Group", body=MemberBodyInput("ada"), status=204)
        payload = {**self.payload("ada", OTHER), "groupName": "Demo-Group"}
        self.got(webhooks, ORGANIZATION, "USER_REMOVED_FROM_GROUP", payload)
        again = remove_group_member.sync_detailed(
            ORGANIZATION, "Demo-Group", client=self.client, body=MemberBodyInput("ada")
        )
        assert (again.status_code, again.parsed.code) == (404, "not_found")
        assert self.receiver.is_empty(f"/{OTHER}/USER_REMOVED_FROM_GROUP")

    def disabling(self, webhooks: dict[tuple[str, str], Webhook]) -> None:
        for _ in range(2):
            self.do(set_user_active, OTHER, "ada", body=SetActiveInputBody(active=False), status=204)
        self.got(webhooks, OTHER, "USER_DISABLED", self.payload("ada", OTHER))
        self.do(set_user_active, OTHER, "ada", body=SetActiveInputBody(active=True), status=204)

    def toggling_and_deleting(self) -> None:
        name = "On USER_LOGIN"
        off = self.do(toggle_organization_webhook, OTHER, name, body=PatchWebhookBody(enabled=False))
        assert off.enabled is False
        self.log_in("ada")
        for event_type in TYPES:
            self.do(delete_organization_webhook, OTHER, f"On {event_type.value}", status=204)
        assert self.do(list_organization_webhooks, OTHER) == []
        assert self.receiver.is_empty(f"/{OTHER}/USER_LOGIN"), "the webhook was disabled"
        assert self.receiver.is_empty(f"/{OTHER}/USER_DISABLED"), "the user was disabled once"

    def platform_webhooks(self) -> None:
        """They hear of every organization, and belong to the platform's own."""
        made = {}
        for event_type in TYPES:
            url = self.receiver.url(f"/platform/{event_type.value}")
            body = CreateWebhookBody(enabled=True, name=event_type.value, type_=event_type, url=url)
            made["platform", event_type.value] = self.do(create_platform_webhook, body=body)
        assert len(self.do(list_platform_webhooks)) == len(TYPES)
        self.log_in("ada")
        self.got(made, "platform", "USER_LOGIN", self.payload("ada", OTHER), owner=ORGANIZATION)
        off = self.do(toggle_platform_webhook, "USER_LOGIN", body=PatchWebhookBody(enabled=False))
        assert off.enabled is False
        for event_type in TYPES:
            self.do(delete_platform_webhook, event_type.value, status=204)
        assert self.do(list_platform_webhooks) == []

    def administration(self) -> None:
        self.do(set_user_admin, ORGANIZATION, "carl", body=SetAdminInputBody(admin=True), status=204)
        self.do(set_user_admin, ORGANIZATION, "carl", body=SetAdminInputBody(admin=False), status=204)
        body = SetComplimentaryInputBody(complimentary=True)
        self.do(set_user_complimentary, OTHER, "ada", body=body, status=204)
        assert self.do(get_organization_seats, OTHER).used_seats == 0
        self.do(delete_user, OTHER, "ada", status=204)
        assert self.do(list_organization_users, OTHER).total == 0
        self.do(delete_group, ORGANIZATION, "Demo-Group", status=204)
        assert self.do(get_organization_groups, ORGANIZATION) == []

    def errors(self) -> None:
        """As the client itself reads them, in its old and its new way."""
        body = CreateWebhookBody(enabled=True, name="x", type_=TYPES[0], url="ftp://example.com")
        refused = create_organization_webhook.sync_detailed(ORGANIZATION, client=self.client, body=body)
        assert refused.status_code == 422 and isinstance(refused.parsed, Error)
        assert (refused.parsed.error, refused.parsed.code) == (True, "invalid_request")
        with self.plain() as client:
            path = f"/api/organizations/{ORGANIZATION}/webhooks"
            try:
                raise_for_problem(client.post(path, json=body.to_dict()))
            except ProblemError as problem:
                assert (problem.status, problem.code) == (422, "invalid_request")
                assert [error.path for error in problem.errors] == ["url"]
            else:
                raise AssertionError("it was not refused")

    def audit(self) -> None:
        page = self.do(list_organization_events, OTHER, limit=3)
        assert len(page.events) == 3 and page.has_more and page.next_cursor
        assert page.total > 3
        seen, cursor = [], None
        while True:
            more = {"cursor": cursor} if cursor else {}
            page = self.do(list_organization_events, OTHER, limit=3, **more)
            seen.extend(page.events)
            if not page.has_more:
                break
            cursor = page.next_cursor
        assert len(seen) == len({event.id for event in seen}) == page.total
        assert all(":" in event.type_ and event.schema_version == 1 for event in seen)
        by_admin = [event for event in seen if event.actor.username == ADMIN]
        assert {event.target.type_ for event in by_admin} >= {"user", "webhook"}
        types = self.do(list_event_types).types
        assert {event.type_ for event in seen} <= {kind.type_ for kind in types}
        assert all(kind.type_ == f"{kind.subject}:{kind.action}" and kind.description for kind in types)
        since = datetime.now(UTC) - timedelta(hours=1)
        actors = self.do(list_organization_event_actors, OTHER, from_=since).actors
        assert {actor.username for actor in actors} == {event.actor.username for event in seen if event.actor.username}
        assert self.do(list_organization_event_actors, OTHER, to=since).actors == []
        times = [event.created_at for event in seen]
        assert times == sorted(times, reverse=True), "newest first"

    def log_in(self, username: str) -> None:
        nobody = UnauthenticatedClient(base_url=self.herald.url)
        body = PasswordLoginInputBody(username=username, password=PASSWORD)
        self.ok(post_password_login.sync_detailed(client=nobody, body=body), 204)

    def payload(self, username: str, organization: str) -> dict[str, Any]:
        users = self.do(list_organization_users, organization, search=username).users
        [user] = [user for user in users if user.username == username]
        return {
            "username": username,
            "email": f"{username}@example.com",
            "userId": user.id,
            "organization": organization,
        }

    def got(
        self,
        webhooks: dict[tuple[str, str], Webhook],
        place: str,
        event_type: str,
        payload: dict[str, Any],
        owner: str | None = None,
    ) -> Delivery:
        """The next delivery is exactly this, byte for byte."""
        webhook = webhooks[place, event_type]
        about = {"id": webhook.id, "organization": owner or place, "name": webhook.name}
        body = {"type": event_type, "webhook": about, "payload": payload}
        delivery = self.receiver.next(f"/{place}/{event_type}")
        assert delivery.body == json.dumps(body, separators=(",", ":")).encode(), delivery.body
        return delivery


def main() -> None:
    with Receiver() as receiver, Herald() as herald:
        Story(herald, receiver).tell()
    print("The official client went through the whole story.")


if __name__ == "__main__":
    main()
