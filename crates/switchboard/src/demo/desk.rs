//! What agents write down about the people they deal with.

use channels::Draft;
use domain::author::AuthorId;
use domain::ids::AnnotationTypeId;
use domain::scope::Scope;
use domain::source::Service;
use domain::time::UnixMillis;
use engine::{Engine, Error, What, contacts};

/// Of so many messages that are taken care of, a few make an agent write something down.
const EVERY: usize = 40;

const NOTES: &[&str] = &[
    "Prefers to be called after six.",
    "Runs a small café and buys by the sack.",
    "Asks about ingredients each time: allergic to nuts.",
    "Moved in October, the old address is still in the shop.",
    "Was promised a tasting set in spring.",
    "Writes on the way to work, answers in the evening.",
];
const TAGS: &[&str] = &["regular", "trade customer", "press", "decaf", "good advice"];
const STREETS: &[&str] = &[
    "Harbour Lane",
    "Mill Road",
    "Orchard Street",
    "Station Approach",
];

const EMAIL: AnnotationTypeId = AnnotationTypeId(1);
const PHONE: AnnotationTypeId = AnnotationTypeId(2);
const ADDRESS: AnnotationTypeId = AnnotationTypeId(3);

/// Something to write down.
pub(super) struct Jotting {
    pub(super) at: UnixMillis,
    pub(super) agent: usize,
    author: AuthorId,
    subject: Subject,
}

enum Subject {
    Note(&'static str),
    Tag(&'static str),
    Annotation(AnnotationTypeId, String),
    /// The same person at another network.
    SameAs(AuthorId),
}

/// What an agent writes down about the author of a message: nothing in most cases. `count` is how
/// many messages were taken care of before.
pub(super) fn jotting(
    draft: &Draft,
    count: usize,
    at: UnixMillis,
    agent: usize,
) -> Option<Jotting> {
    let key = draft.author.key()?;
    let author = AuthorId::new(draft.source.service, key)?;
    let round = count / EVERY;
    let one_of = |list: &[&'static str]| list.get(round % list.len()).copied();
    let subject = match count % EVERY {
        0 => Subject::Note(one_of(NOTES)?),
        10 => Subject::Tag(one_of(TAGS)?),
        20 => {
            let (kind, text) = match round % 3 {
                0 => {
                    let name = draft.author.name.as_deref()?;
                    let local = name.split('@').next().unwrap_or(name);
                    (EMAIL, format!("{local}@mail.example"))
                }
                // The range that Britain keeps free for films.
                1 => (PHONE, format!("07700 900{:03}", round % 1_000)),
                _ => (
                    ADDRESS,
                    format!("{} {}\nBristol", round + 1, one_of(STREETS)?),
                ),
            };
            Subject::Annotation(kind, text)
        }
        // People of this story have one number at all networks.
        30 => {
            let other = match draft.source.service {
                Service::Twitter => Service::Facebook,
                _ => Service::Twitter,
            };
            Subject::SameAs(AuthorId::new(other, key)?)
        }
        _ => return None,
    };
    Some(Jotting {
        at,
        agent,
        author,
        subject,
    })
}

impl Jotting {
    /// Writes it down.
    pub(super) async fn write(self, engine: &Engine, agent: &Scope) -> Result<(), Error> {
        let author = &self.author;
        match self.subject {
            Subject::Note(text) => {
                contacts::add_note(engine, agent, author, text).await?;
            }
            Subject::Tag(name) => {
                contacts::add_tag(engine, agent, author, name).await?;
            }
            Subject::Annotation(kind, text) => {
                contacts::set_annotation(engine, agent, author, kind, &text).await?;
            }
            Subject::SameAs(other) => match contacts::join(engine, agent, author, &other).await {
                // The person did not write at the other network yet.
                Ok(_) | Err(Error::NotFound(What::Contact)) => {}
                Err(error) => return Err(error),
            },
        }
        Ok(())
    }
}
