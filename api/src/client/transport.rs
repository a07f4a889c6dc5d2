//! The functions' way to the server of the scope that they are called in.

use std::future::Future;

use futures::{Sink, Stream, sink, stream};
use reqwest::Method;
use server_fn::{Bytes, client::Client, request::ClientReq, response::ClientRes};

use super::{Fault, Herald, exchange::exchange};
use crate::Problem;

tokio::task_local! {
    static HERALD: Herald;
}

/// Runs `future`, whose functions are that server's.
pub(super) async fn on<T>(herald: Herald, future: impl Future<Output = T>) -> T {
    HERALD.scope(herald, future).await
}

/// For what changes nothing, or has a key by which the server knows it again.
pub(crate) type Repeatable = Native<true>;
/// For what may be done once only.
pub(crate) type Once = Native<false>;

/// Sends a function's call to the server of the scope.
pub struct Native<const REPEATABLE: bool>;

/// A call that has not been sent: it does not know its server yet.
pub struct Outgoing {
    pub(super) path: String,
    pub(super) content_type: String,
    pub(super) accept: String,
    pub(super) body: Bytes,
}

/// An answer, read to its end.
pub struct Incoming {
    pub(super) status: u16,
    pub(super) body: Bytes,
}

impl<const REPEATABLE: bool> Client<Problem> for Native<REPEATABLE> {
    type Request = Outgoing;
    type Response = Incoming;

    async fn send(request: Outgoing) -> Result<Incoming, Problem> {
        let Ok(herald) = HERALD.try_with(Clone::clone) else {
            let detail = "it was called outside of `Herald::call`, or in a task that was spawned inside";
            return Err(Problem::of_fault(Fault::NotReached(detail.to_owned())));
        };
        exchange(&herald, &request, REPEATABLE).await.map_err(Problem::of_fault)
    }

    #[allow(refining_impl_trait, reason = "there is none, and so its types are nobody's concern")]
    async fn open_websocket(
        _path: &str,
    ) -> Result<
        (impl Stream<Item = Result<Bytes, Bytes>> + Send + 'static, impl Sink<Bytes> + Send + 'static),
        Problem,
    > {
        Err::<(stream::Empty<_>, sink::Drain<_>), _>(not_supported())
    }

    fn spawn(future: impl Future<Output = ()> + Send + 'static) {
        tokio::spawn(future);
    }
}

/// Every function of the contract is a POST with a whole body.
fn not_supported() -> Problem {
    Problem::of_fault(Fault::BadArguments("no function is called in this way".to_owned()))
}

impl ClientReq<Problem> for Outgoing {
    type FormData = ();

    fn try_new_req_query(
        _path: &str,
        _content_type: &str,
        _accepts: &str,
        _query: &str,
        _method: Method,
    ) -> Result<Self, Problem> {
        Err(not_supported())
    }

    fn try_new_req_text(
        path: &str,
        content_type: &str,
        accepts: &str,
        body: String,
        method: Method,
    ) -> Result<Self, Problem> {
        Self::try_new_req_bytes(path, content_type, accepts, body.into(), method)
    }

    fn try_new_req_bytes(
        path: &str,
        content_type: &str,
        accepts: &str,
        body: Bytes,
        method: Method,
    ) -> Result<Self, Problem> {
        if method != Method::POST {
            return Err(not_supported());
        }
        Ok(Self {
            path: path.to_owned(),
            content_type: content_type.to_owned(),
            accept: accepts.to_owned(),
            body,
        })
    }

    fn try_new_req_form_data(
        _path: &str,
        _accepts: &str,
        _content_type: &str,
        (): (),
        _method: Method,
    ) -> Result<Self, Problem> {
        Err(not_supported())
    }

    fn try_new_req_multipart(_path: &str, _accepts: &str, (): (), _method: Method) -> Result<Self, Problem> {
        Err(not_supported())
    }

    fn try_new_req_streaming(
        _path: &str,
        _accepts: &str,
        _content_type: &str,
        _body: impl Stream<Item = Bytes> + Send + 'static,
        _method: Method,
    ) -> Result<Self, Problem> {
        Err(not_supported())
    }
}

impl ClientRes<Problem> for Incoming {
    async fn try_into_string(self) -> Result<String, Problem> {
        String::from_utf8(self.body.into()).map_err(|error| {
            Problem::of_fault(Fault::BadAnswer { status: self.status, detail: error.to_string() })
        })
    }

    async fn try_into_bytes(self) -> Result<Bytes, Problem> {
        Ok(self.body)
    }

    fn try_into_stream(
        self,
    ) -> Result<impl Stream<Item = Result<Bytes, Bytes>> + Send + Sync + 'static, Problem> {
        Ok(stream::iter([Ok(self.body)]))
    }

    fn status(&self) -> u16 {
        self.status
    }

    fn status_text(&self) -> String {
        self.status.to_string()
    }

    fn location(&self) -> String {
        String::new()
    }

    /// Redirects are for forms; a redirect that someone else answered is a bad answer before this.
    fn has_redirect(&self) -> bool {
        false
    }
}
