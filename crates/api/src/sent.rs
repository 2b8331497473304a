//! The bytes of an answer are counted while it is made, and of a large one until it is sent.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::response::Response;
use engine::Engine;
use engine::answers::Making;
use http_body::{Frame, SizeHint};

/// Answers of so many bytes are counted until they are sent.
const LARGE: usize = 64 << 10;

/// Answers a call.
pub(crate) async fn counted(engine: &Engine, call: impl Future<Output = Response>) -> Response {
    let making = Making::default();
    let response = making.during(call).await;
    let size = response.body().size_hint().exact().unwrap_or(0);
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    if size < LARGE {
        return response;
    }
    making.finished(engine, size);
    response.map(|body| {
        Body::new(Counted {
            body,
            _making: making,
        })
    })
}

/// A body that holds what it counts for.
struct Counted {
    body: Body,
    _making: Making,
}

impl HttpBody for Counted {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
