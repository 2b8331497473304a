mod text;
mod xss;

use channels::{Draft, TextFormat};
use domain::source::{Category, Provider, Service};
use domain::time::UnixMillis;

use super::{Enriched, enrich};

const NOW: UnixMillis = UnixMillis(1_795_291_200_000);

fn draft(content: &str, format: TextFormat) -> Draft {
    Draft {
        content: content.to_owned(),
        format,
        ..Draft::new(
            Service::Custom,
            Provider::SearchProviderApi,
            Category::Conversations,
        )
    }
}

fn enriched(content: &str, format: TextFormat) -> Enriched {
    enrich(draft(content, format), NOW)
}
