//! The console as a whole: header, page, toasts.

use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::{
    SsrMode,
    components::{FlatRoutes, Route, Router},
    path,
};

use crate::{
    components::{header::Header, toasts::Toasts},
    islands::awake::Awake,
    pages::{
        AccountPage, ApiKeysPage, AuditLogPage, DeliveriesPage, DeliveryPage, EditWebhookPage, FindPage,
        FirstRunPage, GeneralPage, GroupPage, GroupsPage, NewApiKeyPage, NewGroupPage, NewUserPage,
        NewWebhookPage, NotFoundPage, PasswordResetPage, PlatformPage, SecretPage, SignInPage, StartPage,
        UserPage, UsersPage, WebhookPage, WebhooksPage,
    },
    session::provide_session,
};

#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_session();
    view! {
        <Router>
            <a class="skip-link" href="#main" rel="external">"Skip to content"</a>
            <Header/>
            <main id="main" tabindex="-1">
                <Pages/>
            </main>
            <Toasts/>
            <Awake/>
        </Router>
    }
}

#[component]
fn Pages() -> impl IntoView {
    // Async: the status of a page and what plain HTML shows are known before the first byte.
    let ssr = SsrMode::Async;
    view! {
        <FlatRoutes fallback=NotFoundPage>
            <Route path=path!("/") view=StartPage ssr=ssr.clone()/>
            <Route path=path!("/sign-in") view=SignInPage ssr=ssr.clone()/>
            <Route path=path!("/password-reset") view=PasswordResetPage ssr=ssr.clone()/>
            <Route path=path!("/platform") view=PlatformPage ssr=ssr.clone()/>
            <Route path=path!("/platform/webhooks") view=WebhooksPage ssr=ssr.clone()/>
            <Route path=path!("/platform/webhooks/new") view=NewWebhookPage ssr=ssr.clone()/>
            <Route path=path!("/platform/webhooks/:webhook") view=WebhookPage ssr=ssr.clone()/>
            <Route path=path!("/platform/webhooks/:webhook/deliveries") view=DeliveriesPage ssr=ssr.clone()/>
            <Route path=path!("/platform/webhooks/:webhook/edit") view=EditWebhookPage ssr=ssr.clone()/>
            <Route path=path!("/platform/webhooks/:webhook/secret") view=SecretPage ssr=ssr.clone()/>
            <Route path=path!("/platform/deliveries/:delivery") view=DeliveryPage ssr=ssr.clone()/>
            <Route path=path!("/account") view=AccountPage ssr=ssr.clone()/>
            <Route path=path!("/first-run/:token") view=FirstRunPage ssr=ssr.clone()/>
            <Route path=path!("/organizations/:id") view=GeneralPage ssr=ssr.clone()/>
            <Route path=path!("/organizations/:id/users") view=UsersPage ssr=ssr.clone()/>
            <Route path=path!("/organizations/:id/users/new") view=NewUserPage ssr=ssr.clone()/>
            <Route path=path!("/organizations/:id/find") view=FindPage ssr=ssr.clone()/>
            <Route path=path!("/organizations/:id/deliveries/:delivery") view=DeliveryPage ssr=ssr.clone()/>
            <Route path=path!("/organizations/:id/users/:user") view=UserPage ssr=ssr.clone()/>
            <Route path=path!("/organizations/:id/groups") view=GroupsPage ssr=ssr.clone()/>
            <Route path=path!("/organizations/:id/groups/new") view=NewGroupPage ssr=ssr.clone()/>
            <Route path=path!("/organizations/:id/groups/:group") view=GroupPage ssr=ssr.clone()/>
            <Route path=path!("/organizations/:id/api-keys") view=ApiKeysPage ssr=ssr.clone()/>
            <Route path=path!("/organizations/:id/api-keys/new") view=NewApiKeyPage ssr=ssr.clone()/>
            <Route path=path!("/organizations/:id/audit-log") view=AuditLogPage ssr=ssr.clone()/>
            <Route path=path!("/organizations/:id/webhooks") view=WebhooksPage ssr=ssr.clone()/>
            <Route path=path!("/organizations/:id/webhooks/new") view=NewWebhookPage ssr=ssr.clone()/>
            <Route path=path!("/organizations/:id/webhooks/:webhook") view=WebhookPage ssr=ssr.clone()/>
            <Route path=path!("/organizations/:id/webhooks/:webhook/deliveries") view=DeliveriesPage ssr=ssr.clone()/>
            <Route path=path!("/organizations/:id/webhooks/:webhook/edit") view=EditWebhookPage ssr=ssr.clone()/>
            <Route path=path!("/organizations/:id/webhooks/:webhook/secret") view=SecretPage ssr/>
        </FlatRoutes>
    }
}
