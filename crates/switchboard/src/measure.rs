//! Where measurements go: one recorder for the process, since the `metrics` macros know no other.

use std::sync::OnceLock;
use std::time::Duration;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// Upper ends of the classes into which durations are sorted.
const SECONDS: &[f64] = &[
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
];

/// Starts measuring. A second call in a process gives the same handle.
pub fn start() -> Measurements {
    let handle = RECORDER.get_or_init(|| {
        let builder = PrometheusBuilder::new();
        // Without buckets they would be summaries, which cannot be added up over servers. The
        // only error is an empty list.
        let builder = builder
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), SECONDS)
            .unwrap_or_default();
        let recorder = builder.build_recorder();
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
