//! What a role must allow before a use case is even tried.

use domain::permission::Permission;
use domain::scope::Scope;

use crate::Error;

/// The permissions that something needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Each of these.
    All(&'static [Permission]),
    /// At least one of these; the first is named when all are lacking.
    Any(&'static [Permission]),
}

/// Refuses an authority that lacks what is needed.
///
/// # Errors
/// `Denied` with the permission that is lacking.
pub fn admit(scope: &Scope, needs: Needs) -> Result<(), Error> {
    let lacking = match needs {
        Needs::All(permissions) => permissions.iter().find(|needed| !scope.may(**needed)),
        Needs::Any(permissions) if permissions.iter().any(|needed| scope.may(*needed)) => None,
        Needs::Any(permissions) => permissions.first(),
    };
    lacking.map_or(Ok(()), |lacking| Err(Error::lacks(*lacking)))
}

/// Refuses an authority that lacks a permission.
pub(crate) fn require(scope: &Scope, permission: Permission) -> Result<(), Error> {
    if scope.may(permission) {
        Ok(())
    } else {
        Err(Error::lacks(permission))
    }
}
