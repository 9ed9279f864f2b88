//! What a grant on a volume allows, in the current and the older names.

use crate::volume::store::Expect;

const ALL: [&str; 4] = ["DeleteObject", "GetObject", "ListObjects", "PutObject"];

/// What an operation needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    Get,
    Put,
    Delete,
    List,
}

impl Need {
    /// The name that an error gives it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Get => "GetObject",
            Self::Put => "PutObject",
            Self::Delete => "DeleteObject",
            Self::List => "ListObjects",
        }
    }
}

/// The permissions of a grant.
pub(crate) struct Grant(Vec<String>);

impl Grant {
    pub(crate) fn new(mut permissions: Vec<String>) -> Self {
        permissions.sort_unstable();
        permissions.dedup();
        Self(permissions)
    }

    fn has(&self, name: &str) -> bool {
        self.0
            .iter()
            .any(|permission| permission == name || permission == "*")
    }

    pub(crate) fn allows(&self, need: Need) -> bool {
        match need {
            Need::Get => self.has("GetObject") || self.has("ReadObject"),
            Need::Put => self.narrow(Expect::Anything).is_some(),
            Need::Delete => self.has("DeleteObject"),
            Need::List => self.has("ListObjects"),
        }
    }

    /// The names, `*` spelled out.
    pub(crate) fn names(&self) -> Vec<String> {
        if self.has("*") {
            return ALL.iter().map(|&name| name.to_owned()).collect();
        }
        self.0.clone()
    }

    /// What a write with this expectation may find, given that the older permissions tell creating
    /// from replacing; `None` when no write like it is allowed.
    pub(crate) fn narrow(&self, expect: Expect) -> Option<Expect> {
        let put = self.has("PutObject");
        let create = put || self.has("CreateObject");
        let update = put || self.has("UpdateObject");
        match (expect, create, update) {
            (Expect::Anything, true, true) => Some(Expect::Anything),
            (Expect::Anything | Expect::Nothing, true, _) => Some(Expect::Nothing),
            (Expect::Anything | Expect::Something, _, true) => Some(Expect::Something),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(names: &[&str]) -> Grant {
        Grant::new(names.iter().map(|&name| name.to_owned()).collect())
    }

    #[test]
    fn each_permission_allows_its_own_operation() {
        let needs = [Need::Get, Need::Put, Need::Delete, Need::List];
        for need in needs {
            let grant = grant(&[need.name()]);
            for other in needs {
                assert_eq!(grant.allows(other), other == need, "{need:?} {other:?}");
            }
        }
        assert!(needs.into_iter().all(|need| grant(&["*"]).allows(need)));
        assert!(!needs.into_iter().any(|need| grant(&[]).allows(need)));
        assert!(grant(&["ReadObject"]).allows(Need::Get));
        assert_eq!(grant(&["*"]).names(), ALL);
    }

    #[test]
    fn the_older_permissions_tell_creating_from_replacing() {
        let create = grant(&["CreateObject"]);
        assert_eq!(create.narrow(Expect::Anything), Some(Expect::Nothing));
        assert_eq!(create.narrow(Expect::Nothing), Some(Expect::Nothing));
        let update = grant(&["UpdateObject"]);
        assert_eq!(update.narrow(Expect::Anything), Some(Expect::Something));
        assert_eq!(update.narrow(Expect::Nothing), None);
        let both = grant(&["CreateObject", "UpdateObject"]);
        assert_eq!(both.narrow(Expect::Anything), Some(Expect::Anything));
        assert_eq!(grant(&["GetObject"]).narrow(Expect::Anything), None);
    }
}
