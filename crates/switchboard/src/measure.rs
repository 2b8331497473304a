//! Where measurements go: one recorder for the process, since the `metrics` macros know no other.

use std::sync::OnceLock;
use std::time::Duration;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// Starts measuring. A second call in a process gives the same handle.
pub fn start() -> Measurements {
    let handle = RECORDER.get_or_init(|| {
        let recorder = PrometheusBuilder::new().build_recorder();
        let handle = recorder.handle();
        metrics::set_global_recorder(recorder).ok().map(|()| handle)
    });
    Measurements(handle.clone())
}

/// The measurements of the process.
#[derive(Debug, Clone)]
pub struct Measurements(Option<PrometheusHandle>);

/// How often distributions are summed up; without it they grow until somebody reads them.
pub const UPKEEP: Duration = Duration::from_secs(5);

impl Measurements {
    /// In Prometheus' text form.
    pub fn text(&self) -> String {
        self.0
            .as_ref()
            .map(PrometheusHandle::render)
            .unwrap_or_default()
    }

    /// Sums up what came in since the last time.
    pub fn upkeep(&self) {
        if let Some(handle) = &self.0 {
            handle.run_upkeep();
        }
    }
}
