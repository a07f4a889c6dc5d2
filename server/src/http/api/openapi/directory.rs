//! Organizations, users and groups.

use domain::{Operation, limits::ALLOWED_TARGETS_MAX};
use serde_json::{Value, json};

use super::describe::{
    Description, count, flag, input, list, nullable, object, optional, required, shape, text, time, words,
};

const ORGANIZATIONS: &str = "Organizations";
const USERS: &str = "Users";
const GROUPS: &str = "Groups";
const NO_SEAT: &str = "No seat is free.";

pub(super) fn describe(operation: Operation) -> Option<Description> {
    organizations(operation).or_else(|| users(operation)).or_else(|| groups(operation))
}

fn organizations(operation: Operation) -> Option<Description> {
    Some(match operation {
        Operation::ListOrganizations => {
            Description::new(ORGANIZATIONS, "List the organizations that one sees").answers(
                200,
                "Those that match.",
                object([
                    required("total", count("How many match, whatever `limit` and `offset` are.")),
                    required("organizations", list(&shape("ListedOrganization"))),
                ]),
            )
        }
        Operation::CreateOrganization => Description::new(ORGANIZATIONS, "Create an organization")
            .body(
                input([required("organizationName", text("1 to 100 characters, no `/`."))]),
                json!({ "organizationName": "acme" }),
            )
            .answers(200, "The organization.", shape("Organization"))
            .refuses(409, "The name is taken."),
        Operation::ReadOrganization => Description::new(ORGANIZATIONS, "Read an organization").answers(
            200,
            "The organization.",
            shape("Organization"),
        ),
        Operation::ReadSeats => {
            Description::new(ORGANIZATIONS, "Read the seats").answers(200, "The seats.", shape("Seats"))
        }
        Operation::SetSeats => Description::new(ORGANIZATIONS, "Set the seats")
            .body(input([required("seats", limit())]), json!({ "seats": 50 }))
            .answers(200, "The seats.", shape("Seats"))
            .refuses(409, "More are used."),
        Operation::ReadAllowedTargets => Description::new(
            ORGANIZATIONS,
            "Read which private targets its webhooks may call",
        )
        .answers(200, "The organization's list, and the server's.", shape("AllowedTargets")),
        Operation::SetAllowedTargets => {
            Description::new(ORGANIZATIONS, "Set which private targets its webhooks may call")
                .detail(NARROWING)
                .body(allowed_targets(), json!({ "allowedTargets": ["10.1.0.0/16", "hooks.internal:443"] }))
                .answers(200, "The organization's list, and the server's.", shape("AllowedTargets"))
        }
        _ => return None,
    })
}

fn users(operation: Operation) -> Option<Description> {
    Some(match operation {
        Operation::ListUsers => Description::new(USERS, "List users").answers(
            200,
            "A page of them; `total` counts all that match.",
            object([
                required("total", json!({ "type": "integer" })),
                required("users", list(&shape("User"))),
            ]),
        ),
        Operation::CreateUser => Description::new(USERS, "Create a user")
            .body(new_user(), new_user_example())
            .answers(200, "The user.", shape("User"))
            .refuses(409, "The user name or e-mail is taken, or no seat is free."),
        Operation::SetUserActive => Description::new(USERS, "Enable or disable a user")
            .detail("Disabling ends the user's sessions, and fires `USER_DISABLED` once.")
            .body(input([required("active", flag(""))]), json!({ "active": false }))
            .done(204, "It is so.")
            .refuses(409, NO_SEAT),
        Operation::SetUserAdmin => Description::new(USERS, "Make a user a platform admin, or no longer")
            .body(input([required("admin", flag(""))]), json!({ "admin": true }))
            .done(204, "It is so.")
            .refuses(409, "There would be no platform admin left."),
        Operation::SetUserComplimentary => {
            Description::new(USERS, "Let a user take no seat, or take one again")
                .body(input([required("complimentary", flag(""))]), json!({ "complimentary": true }))
                .done(204, "It is so.")
                .refuses(409, NO_SEAT)
        }
        Operation::DeleteUser => Description::new(USERS, "Delete a user")
            .detail(DELETION)
            .optional_body(
                input([optional("purge", nullable(flag("As in the query.")))]),
                json!({ "purge": true }),
            )
            .done(204, "The user is gone.")
            .refuses(409, "There would be no platform admin left."),
        Operation::EndUserSessions => {
            Description::new(USERS, "End a user's sessions").done(204, "They have ended.")
        }
        Operation::ResetUserPassword => Description::new(USERS, "Let a user choose a new password")
            .detail("The token is used once. Hand it over by a way that you trust.")
            .optional_body(input([]), json!({}))
            .answers(
                200,
                "The token.",
                object([required("token", text("")), required("expiresAt", time(""))]),
            )
            .refuses(409, "The user cannot have one now."),
        _ => return None,
    })
}

fn groups(operation: Operation) -> Option<Description> {
    Some(match operation {
        Operation::ListGroups => {
            Description::new(GROUPS, "List groups").answers(200, "All of them.", list(&shape("Group")))
        }
        Operation::CreateGroup => Description::new(GROUPS, "Create a group")
            .body(new_group(), json!({ "name": "Demo-Group" }))
            .answers(200, "The group.", shape("Group"))
            .refuses(409, "The name is taken."),
        Operation::ReadGroup => {
            Description::new(GROUPS, "Read a group").answers(200, "With its members.", shape("GroupWithMembers"))
        }
        Operation::DeleteGroup => Description::new(GROUPS, "Delete a group")
            .detail("Fires `USER_REMOVED_FROM_GROUP` for each member.")
            .done(204, "It is gone.")
            .refuses(409, "It cannot be deleted now."),
        Operation::SetGroupRoles => Description::new(GROUPS, "Set a group's roles")
            .body(input([required("roles", roles())]), json!({ "roles": ["org:admin"] }))
            .answers(200, "The group.", shape("Group")),
        Operation::ListMembers => Description::new(GROUPS, "List a group's members").answers(
            200,
            "All of them.",
            list(&shape("Member")),
        ),
        Operation::AddMember => Description::new(GROUPS, "Add a member")
            .detail("The user may be of another organization. Into a group that holds `org:admin`: by admins only.")
            .body(member(), json!({ "username": "demo" }))
            .answers(200, "The group with its members.", shape("GroupWithMembers")),
        Operation::RemoveMember => Description::new(GROUPS, "Remove a member")
            .detail("Fires `USER_REMOVED_FROM_GROUP`. Out of a group that holds `org:admin`: by admins only.")
            .body(member(), json!({ "username": "demo" }))
            .done(204, "The user is no member any more."),
        _ => return None,
    })
}

const DELETION: &str = "Fires `USER_DISABLED` where the user was active, and `USER_REMOVED_FROM_GROUP` for each group. With `purge` \
    what is stored about the user in payloads goes too, and what receivers answered to them: events, deliveries and attempts stay, \
    marked `purged`, with an empty user name and e-mail, a user id of zeros, and without answers. What is pending is sent \
    first, the events of the deletion among it; what is held is cancelled. A purged delivery cannot be sent again.";

const NARROWING: &str = "A list narrows what the server allows (`--allow-target`) for this organization: each entry must lie within it, and \
    an empty list allows no private target. `null` is all that the server allows. It holds when a URL is saved and at every \
    attempt from the next on, also of what is pending. Public targets stay open.";

fn allowed_targets() -> Value {
    let entry = text("`CIDR`, `CIDR:port` or `host:port`.");
    let list = json!({ "type": ["array", "null"], "items": entry, "maxItems": ALLOWED_TARGETS_MAX });
    input([required("allowedTargets", list)])
}

fn limit() -> Value {
    json!({ "type": ["integer", "null"], "minimum": 0, "maximum": u32::MAX, "description": "null: no limit." })
}

fn new_user() -> Value {
    input([
        required("email", text("Unique on the server.")),
        required("name", text("")),
        required("username", text("3 to 32 letters, digits, `-` and `.`; unique on the server.")),
        optional("active", nullable(json!({ "type": "boolean", "default": true }))),
        optional("password", nullable(text("Without one the user cannot sign in with a password yet."))),
    ])
}

fn new_user_example() -> Value {
    json!({ "email": "demo@parallelworks.com", "name": "Demo", "username": "demo" })
}

fn new_group() -> Value {
    input([
        required("name", text("1 to 100 characters, no `/`.")),
        optional("description", nullable(text(""))),
        optional("roles", nullable(roles())),
    ])
}

fn roles() -> Value {
    list(&words(&["org:admin", "org:users"], "Every member holds it."))
}

fn member() -> Value {
    input([required("username", text(""))])
}
