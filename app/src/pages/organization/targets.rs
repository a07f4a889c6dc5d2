//! Which private targets an organization's webhooks may call, for platform admins.

use api::organizations::{AllowedTargets, SetAllowedTargets};
use domain::OrganizationId;
use leptos::prelude::*;

use crate::{
    components::{
        button::SubmitButton,
        error_summary::ErrorSummary,
        field::{Switch, TextArea},
        stored::{Stored, StoredNow},
    },
    forms::{Form, PostForm, VersionInput},
};

#[component]
pub(super) fn TargetsCard(organization: OrganizationId, targets: AllowedTargets) -> impl IntoView {
    let form = Form::of::<SetAllowedTargets>();
    let AllowedTargets { allowed_targets, server_targets, version } = targets;
    let server = if server_targets.is_empty() {
        "This server allows none. Whoever runs it opens some by --allow-target.".to_owned()
    } else {
        format!("This server allows {}.", server_targets.join(", "))
    };
    let all = allowed_targets.is_none();
    let own = allowed_targets.unwrap_or_default().join("\n");
    let stored = vec![
        Stored::choice(
            "All that the server allows",
            form.typed_on("all", all) != all,
            if all { "On" } else { "Off" },
        ),
        Stored::text(&form, "targets", "Only these", &own),
    ];
    view! {
        <StoredNow form=form.clone() stored/>
        <section class="card">
            <h2>"Private targets of its webhooks"</h2>
            <p>"Public addresses are open to every organization. "{server}</p>
            <ErrorSummary form=form.clone()/>
            <div class="form-column">
                <PostForm form=form.clone()>
                    <input type="hidden" name="organization_id" value=organization.to_string()/>
                    <VersionInput form=form.clone() now=version/>
                    <Switch
                        form=form.clone()
                        name="all"
                        label="All that the server allows"
                        hint="Switched off, only what stands below is allowed, or no private target at all."
                        on=all
                    />
                    <TextArea form name="targets" label="Only these, one a line" value=own/>
                    <SubmitButton words="Save targets"/>
                </PostForm>
            </div>
        </section>
    }
}
