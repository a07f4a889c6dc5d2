//! Roles: what they let one do, in words and as the fields of a form.

use domain::Role;
use leptos::prelude::*;

use crate::forms::Form;

/// The name of the fields, one for each role that is chosen.
const FIELD: &str = "roles[]";

/// A checkbox for each role.
#[component]
pub(crate) fn RoleFields(
    form: Form,
    /// Those that are held now.
    held: Vec<Role>,
) -> impl IntoView {
    let field = |role: Role| {
        let on = form.typed_in(FIELD, role.as_str()).unwrap_or(held.contains(&role));
        let id = role.as_str().replace(':', "-");
        view! {
            <div class="choice">
                <input
                    type="checkbox"
                    id=id.clone()
                    name=FIELD
                    value=role.as_str()
                    checked=on
                    aria-describedby=format!("{id}-hint")
                />
                <div>
                    <label class="mono" r#for=id.clone()>{role.as_str()}</label>
                    <p class="hint" id=format!("{id}-hint")>{role_words(role)}</p>
                </div>
            </div>
        }
    };
    view! {
        <fieldset class="field choices">
            <legend class="label">"Roles"</legend>
            {Role::ALL.map(field)}
        </fieldset>
    }
}

/// Whether just these were chosen when the form was sent.
pub(crate) fn are_typed(form: &Form, roles: &[Role]) -> bool {
    Role::ALL.iter().all(|role| form.typed_in(FIELD, role.as_str()) == Some(roles.contains(role)))
}

/// The roles of a group in a few words.
#[component]
pub(crate) fn Roles(roles: Vec<Role>) -> impl IntoView {
    if roles.is_empty() {
        return view! { <span class="quiet">"none"</span> }.into_any();
    }
    let roles = roles.into_iter().map(|role| view! { <code class="role">{role.as_str()}</code> });
    view! { <span class="roles">{roles.collect::<Vec<_>>()}</span> }.into_any()
}

pub(crate) const fn role_words(role: Role) -> &'static str {
    match role {
        Role::Admin => "Everything in the organization: users, groups, webhooks, the audit log.",
        Role::Users => "Its users, and the members of its groups that do not hold org:admin.",
    }
}
