//! What callers do for themselves: sessions, passwords, API keys.

use domain::Operation;
use serde_json::json;

use super::describe::{Description, flag, input, list, nullable, optional, required, shape, text, words};

const SESSIONS: &str = "Sessions and passwords";
const KEYS: &str = "API keys";

pub(super) fn describe(operation: Operation) -> Option<Description> {
    Some(match operation {
        Operation::LogIn => Description::new(SESSIONS, "Log in")
            .detail("Answers the cookie of a session. The first log in ever fires `USER_CREATED`, and each one `USER_LOGIN`.")
            .body(
                input([required("username", text("Or the e-mail.")), required("password", text(""))]),
                json!({ "username": "demo", "password": "correct horse battery" }),
            )
            .done(204, "A cookie comes with it.")
            .refuses(401, "The name or the password is wrong."),
        Operation::LogOut => Description::new(SESSIONS, "Log out").done(200, "The session has ended."),
        Operation::ReadSession => {
            Description::new(SESSIONS, "Read the session").answers(200, "Who one is.", shape("Session"))
        }
        Operation::WhoAmI => Description::new(SESSIONS, "Who am I")
            .answers(200, "The user name.", json!({ "type": "string" })),
        Operation::ListSessions => Description::new(SESSIONS, "List one's sessions")
            .answers(200, "All of them.", list(&shape("OwnSession"))),
        Operation::EndOtherSessions => {
            Description::new(SESSIONS, "End one's other sessions").done(204, "They have ended.")
        }
        Operation::EndSession => Description::new(SESSIONS, "End a session").done(204, "It has ended."),
        Operation::ConfirmPassword => Description::new(SESSIONS, "Give the password once more")
            .detail("Some acts want one that was given lately. Only in a session.")
            .body(input([required("password", text(""))]), json!({ "password": "correct horse battery" }))
            .done(204, "A new cookie comes with it.")
            .refuses(409, "There is no session."),
        Operation::ChangePassword => Description::new(SESSIONS, "Change one's password")
            .body(
                input([
                    required("currentPassword", text("")),
                    required("password", text("The new one.")),
                    optional("endOthers", nullable(flag("End the sessions elsewhere; true unless told otherwise."))),
                ]),
                json!({ "currentPassword": "correct horse battery", "password": "staple staple staple" }),
            )
            .done(204, "It is changed.")
            .refuses(409, "There is none to change."),
        Operation::SetOwnName => Description::new(SESSIONS, "Change one's name")
            .detail("What people call one, not the user name.")
            .body(input([required("name", text(""))]), json!({ "name": "Ada Lovelace" }))
            .done(204, "It is changed."),
        Operation::UsePasswordReset => Description::new(SESSIONS, "Choose a new password")
            .detail("With the token of an admin.")
            .body(
                input([required("token", text("")), required("password", text(""))]),
                json!({ "token": "TOKEN", "password": "staple staple staple" }),
            )
            .done(204, "It is chosen."),
        Operation::ListApiKeys => {
            Description::new(KEYS, "List one's API keys").answers(200, "All of them.", list(&shape("ApiKey")))
        }
        Operation::CreateApiKey => Description::new(KEYS, "Create an API key")
            .optional_body(
                input([
                    optional("title", nullable(text("Without one it is named after the time."))),
                    optional("expiresIn", json!({ "type": ["integer", "null"], "minimum": 1, "description": "Seconds; at most 730 days." })),
                    optional("duration", nullable(text("The same in days, as a text."))),
                    optional("type", nullable(words(&["platform"], ""))),
                ]),
                json!({ "title": "ci", "expiresIn": 86400 }),
            )
            .answers(200, "With the key, this once.", shape("NewApiKey"))
            .refuses(409, "The title is taken, or there are too many."),
        Operation::DeleteApiKey => Description::new(KEYS, "Delete an API key")
            .detail("By its title, in any case, or its id.")
            .done(204, "It is good for nothing any more."),
        _ => return None,
    })
}
