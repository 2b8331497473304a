//! The ceiling: axum answering a kilobyte of JSON, served like the product serves.

use anyhow::Result;
use axum::Router;
use axum::routing::get;
use tokio::net::TcpListener;

/// Serves until the process ends; prints the address like the product does.
pub(crate) async fn serve() -> Result<()> {
    let body = format!("{{\"hello\":\"{}\"}}", "x".repeat(1_000));
    let app = Router::new().route(
        "/",
        get(move || {
            let body = body.clone();
            async move { ([("content-type", "application/json")], body) }
        }),
    );
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    #[expect(
        clippy::print_stdout,
        reason = "the line that the parent process waits for"
    )]
    {
        println!("listening on http://{}", listener.local_addr()?);
    }
    axum::serve(listener, app).await?;
    Ok(())
}
