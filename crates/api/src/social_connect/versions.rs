//! Date versions: what a caller that states an older date still gets.
//!
//! The one place that knows boundaries. Views and handlers ask `version.has(&BOUNDARY)`; the newest
//! version has everything, so for it no object differs from its documentation.

use engine::Error;

use super::params::expected;

/// The version a caller states with `version=YYYYMMDD`, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ApiVersion(Option<u32>);

impl ApiVersion {
    /// No version was stated.
    pub const UNSTATED: Self = Self(None);

    /// A stated date.
    pub const fn stated(date: u32) -> Self {
        Self(Some(date))
    }

    /// Reads the parameter.
    ///
    /// # Errors
    /// `Invalid` when it is not eight digits.
    pub fn parse(text: Option<&str>) -> Result<Self, Error> {
        let Some(text) = text else {
            return Ok(Self::UNSTATED);
        };
        let text = text.trim();
        text.parse()
            .ok()
            .filter(|_| text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()))
            .map(Self::stated)
            .ok_or_else(|| expected("version", "a date as YYYYMMDD", text))
    }

    /// Whether the change at this boundary is in force for the caller.
    pub const fn has(self, boundary: &Boundary) -> bool {
        match self.0 {
            Some(date) => date >= boundary.since,
            None => matches!(boundary.unstated, Unstated::Newest),
        }
    }
}

/// What a caller gets that states no version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unstated {
    /// The newest behaviour.
    Newest,
    /// The behaviour before the change.
    Before,
}

/// What a change is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// A member of an object.
    Member(&'static str),
    /// What a call does.
    Behaviour(&'static str),
    /// How answers are written.
    Encoding,
}

/// One change of the API. Whether a caller that states the very date has it already is left open
/// by most sentences ("version above"); we take it that it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Boundary {
    /// First date that has the change.
    pub since: u32,
    /// What it is about.
    pub about: About,
    /// What callers get that state no version.
    pub unstated: Unstated,
}

const fn boundary(since: u32, about: About) -> Boundary {
    Boundary {
        since,
        about,
        unstated: Unstated::Newest,
    }
}

/// "The `sendMail` option of the mention update needs version 20160108 or newer" (vendor's client
/// documentation). What a caller without a version gets is not said; we take it as on.
pub const SEND_MAIL: Boundary = boundary(20_160_108, About::Behaviour("inbox/mention updates"));

/// "`tag` response object, new version 20180115: we have added the property `status`" (vendor's
/// changelog).
pub const TAG_STATUS: Boundary = boundary(20_180_115, About::Member("tag.status"));

/// "`mention` response object, new version 20180125: `source.profile` is now filled in for Twitter
/// private message mentions" (vendor's changelog).
pub const TWITTER_PRIVATE_PROFILE: Boundary =
    boundary(20_180_125, About::Member("mention.source.profile"));

/// "`service` response object, new version 20180208: we have added the property `status`" (vendor's
/// changelog).
pub const SERVICE_STATUS: Boundary = boundary(20_180_208, About::Member("service.status"));

/// "`attachment` response object, new version 20180213: we have added `question`" (vendor's
/// changelog).
pub const ATTACHMENT_QUESTION: Boundary =
    boundary(20_180_213, About::Member("mention_attachment.question"));

/// "`mention` response object, new version 20180406: `unique_id` is now filled in as a specific
/// identifier for the mention" (vendor's changelog). Before, the member was there and empty
/// ("filled in": inference).
pub const UNIQUE_ID: Boundary = boundary(20_180_406, About::Member("mention.unique_id"));

/// "`assignment.team_ids` and `assignment.user_ids` will no longer be available when stating a
/// version bigger or equal to 20200427" (vendor's changelog). Two recorded clients that state no
/// version got both members beside `assignees` in 2021 and 2022, so this change must be asked for.
pub const ASSIGNEES_ONLY: Boundary = Boundary {
    since: 20_200_427,
    about: About::Member("mention.assignment"),
    unstated: Unstated::Before,
};

/// "`message.entities` in the mention object will be empty by default, 20201001: they will now only
/// be available upon request" (vendor's changelog).
pub const NO_ENTITIES: Boundary = boundary(20_201_001, About::Member("mention.message.entities"));

/// "We will now only update the tags of a contact if you specify the property `tags`. If you would
/// like to keep using the previous behaviour, provide a version parameter lower than 20210601"
/// (vendor's changelog).
pub const CONTACT_TAGS_KEPT: Boundary =
    boundary(20_210_601, About::Behaviour("inbox/contact updates"));

/// "An error of type `invalid_parameter` will be returned if you update the status of the mention
/// to the same status. This change goes into effect if you are not specifying the version or any
/// version above 20220930" (vendor's changelog).
pub const SAME_STATUS_REFUSED: Boundary =
    boundary(20_220_930, About::Behaviour("inbox/mention updates"));

/// "Multibyte characters are no longer escaped in JSON, 20221028" (vendor's changelog); applies when
/// no version is given.
pub const RAW_UNICODE: Boundary = boundary(20_221_028, About::Encoding);

/// All boundaries, oldest first.
pub const ALL: &[&Boundary] = &[
    &SEND_MAIL,
    &TAG_STATUS,
    &TWITTER_PRIVATE_PROFILE,
    &SERVICE_STATUS,
    &ATTACHMENT_QUESTION,
    &UNIQUE_ID,
    &ASSIGNEES_ONLY,
    &NO_ENTITIES,
    &CONTACT_TAGS_KEPT,
    &SAME_STATUS_REFUSED,
    &RAW_UNICODE,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_in_force_from_its_date_on() {
        for boundary in ALL {
            assert!(!ApiVersion::stated(boundary.since - 1).has(boundary));
            assert!(ApiVersion::stated(boundary.since).has(boundary));
            assert!(ApiVersion::stated(99_991_231).has(boundary));
        }
    }

    #[test]
    fn without_a_version_everything_is_newest_but_the_change_that_must_be_asked_for() {
        for boundary in ALL {
            let is_exception = **boundary == ASSIGNEES_ONLY;
            assert_eq!(ApiVersion::UNSTATED.has(boundary), !is_exception);
        }
    }

    #[test]
    fn boundaries_are_listed_by_date() {
        assert!(ALL.windows(2).all(|pair| pair[0].since < pair[1].since));
    }

    #[test]
    fn a_version_is_eight_digits() {
        assert_eq!(
            ApiVersion::parse(Some("20200427")).unwrap(),
            ApiVersion::stated(20_200_427)
        );
        assert_eq!(ApiVersion::parse(None).unwrap(), ApiVersion::UNSTATED);
        for text in ["2020", "2020-04-27", "v1", "+2020042", "202004270"] {
            assert!(ApiVersion::parse(Some(text)).is_err(), "{text}");
        }
    }
}
