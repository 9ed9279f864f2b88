//! The page tree (ISO 32000-1, 7.7.3): read with a bound on everything that a file may claim, and
//! written flat once pages come or go.

use super::objects::Objects;
use super::page::Page;
use lopdf::Dictionary;
use lopdf::Object;
use lopdf::ObjectId;
use lopdf::dictionary;
use std::collections::HashSet;
use std::rc::Rc;

/// How often pages may stand in a tree again. A file of a few bytes could otherwise list one large
/// page a million times.
const MOST_COPIES: usize = 1_000;

/// What a page takes from the nodes above it, unless it has its own.
pub(super) const INHERITABLE: [&[u8]; 4] = [b"Resources", b"MediaBox", b"CropBox", b"Rotate"];

/// The attributes that stand above a page.
#[derive(Clone, Default)]
pub(super) struct Inherited([Option<Object>; 4]);

impl Inherited {
    pub(super) fn get(&self, key: &[u8]) -> Option<&Object> {
        let index = INHERITABLE.iter().position(|name| *name == key)?;
        self.0[index].as_ref()
    }

    /// These, under a node with attributes of its own.
    fn under(self: &Rc<Self>, node: &Dictionary) -> Rc<Self> {
        if INHERITABLE.iter().all(|key| !node.has(key)) {
            return Rc::clone(self);
        }
        let mut inherited = Self::clone(self);
        for (slot, key) in inherited.0.iter_mut().zip(INHERITABLE) {
            if let Ok(value) = node.get(key) {
                *slot = Some(value.clone());
            }
        }
        Rc::new(inherited)
    }

    /// What stands above, by name.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&[u8], &Object)> {
        let named = INHERITABLE.into_iter().zip(&self.0);
        named.filter_map(|(key, value)| Some((key, value.as_ref()?)))
    }
}

/// What was found of a file's page tree.
pub(super) struct Tree {
    /// The node at the top.
    pub(super) root: ObjectId,
    pub(super) pages: Vec<Page>,
    /// Whether the tree stands in the file as it is described here.
    pub(super) is_sound: bool,
}

/// Finds the catalog, or makes one for the pages that are there. Nothing where there is neither.
pub(super) fn read(file: &mut lopdf::Document) -> Option<Tree> {
    let root = match pages_of_catalog(file) {
        Some(root) => root,
        None => {
            let root = repair(file)?;
            let catalog = file.add_object(dictionary! { "Type" => "Catalog", "Pages" => root });
            file.trailer.set("Root", catalog);
            root
        }
    };
    Some(walk(file, root))
}

fn is_dictionary(file: &lopdf::Document, object: &Object) -> bool {
    file.dereference(object)
        .is_ok_and(|(_, found)| found.as_dict().is_ok())
}

/// The top of the tree that the catalog names. A catalog that isn't where the trailer says is
/// looked for; the last one counts, as it does in an updated file.
fn pages_of_catalog(file: &mut lopdf::Document) -> Option<ObjectId> {
    let is_catalog = |file: &lopdf::Document, catalog: &Dictionary| {
        let pages = catalog.get(b"Pages");
        pages.is_ok_and(|pages| is_dictionary(file, pages))
    };
    if let Ok(Object::Dictionary(direct)) = file.trailer.get(b"Root") {
        let direct = direct.clone();
        let id = file.add_object(direct);
        file.trailer.set("Root", id);
    }
    if !file.catalog().is_ok_and(|found| is_catalog(file, found)) {
        let found = file.objects.iter().rev().find(|(_, object)| {
            object
                .as_dict()
                .is_ok_and(|found| found.has_type(b"Catalog") && is_catalog(file, found))
        });
        let id = *found?.0;
        file.trailer.set("Root", id);
    }
    match file.catalog().ok()?.get(b"Pages").ok()?.clone() {
        Object::Reference(id) => file.dereference(&Object::Reference(id)).ok()?.0,
        Object::Dictionary(direct) => {
            let id = file.add_object(direct);
            file.catalog_mut().ok()?.set("Pages", id);
            Some(id)
        }
        _ => None,
    }
}

/// A new tree for a file without one, over all pages that it holds, in the order of their numbers.
fn repair(file: &mut lopdf::Document) -> Option<ObjectId> {
    let pages: Vec<Object> = file
        .objects
        .iter()
        .filter(|(_, object)| object.as_dict().is_ok_and(|found| found.has_type(b"Page")))
        .map(|(id, _)| Object::Reference(*id))
        .collect();
    if pages.is_empty() {
        return None;
    }
    Some(file.add_object(dictionary! { "Type" => "Pages", "Kids" => pages }))
}

/// Goes through the tree, each node once: a file may lead it in circles.
fn walk(file: &mut lopdf::Document, root: ObjectId) -> Tree {
    let mut tree = Tree {
        root,
        pages: Vec::new(),
        is_sound: true,
    };
    let mut nodes = HashSet::new();
    let mut leaves = HashSet::new();
    let mut copies = 0;
    let mut waiting = vec![(Object::Reference(root), Rc::new(Inherited::default()))];
    while let Some((kid, above)) = waiting.pop() {
        let id = match kid {
            Object::Reference(id) => file
                .dereference(&kid)
                .ok()
                .and_then(|(id, _)| id)
                .unwrap_or(id),
            Object::Dictionary(direct) => {
                tree.is_sound = false;
                file.add_object(direct)
            }
            _ => {
                tree.is_sound = false;
                continue;
            }
        };
        let Some(Object::Dictionary(node)) = file.objects.get(&id) else {
            tree.is_sound = false;
            continue;
        };
        let kids = node.get(b"Kids").and_then(|kids| file.dereference(kids));
        if let Ok((_, Object::Array(kids))) = kids {
            if !nodes.insert(id) {
                tree.is_sound = false;
                continue;
            }
            let inherited = above.under(node);
            waiting.extend(
                kids.iter()
                    .rev()
                    .map(|kid| (kid.clone(), Rc::clone(&inherited))),
            );
        } else if id == root || node.has_type(b"Pages") {
            // A node without kids: no page.
            tree.is_sound &= id == root;
        } else {
            let mut object = id;
            if !leaves.insert(id) {
                tree.is_sound = false;
                copies += 1;
                if copies > MOST_COPIES {
                    continue;
                }
                // One page that stands at two places is two pages to whoever changes one.
                let copy = node.clone();
                object = file.add_object(copy);
            }
            tree.pages.push(Page {
                object,
                inherited: above,
            });
        }
    }
    tree
}

/// Writes the tree as one node with all pages below it.
pub(super) fn flatten(file: &mut Objects, root: ObjectId, pages: &[&Page]) {
    let (kind, parent) = (Object::from("Page"), Object::from(root));
    let own = [(&b"Type"[..], &kind), (b"Parent", &parent)];
    for page in pages {
        let Some((dictionary, None)) = file.packed(page.object) else {
            continue;
        };
        let entries = own.into_iter().chain(page.inherited.entries());
        let dictionary = dictionary.edited(&[b"Type", b"Parent"], entries);
        file.put(page.object, dictionary, None);
    }
    let kids: Vec<Object> = pages
        .iter()
        .map(|page| Object::Reference(page.object))
        .collect();
    let count = i64::try_from(kids.len()).unwrap_or(i64::MAX);
    let mut node = file.dictionary(root).cloned().unwrap_or_default();
    for key in INHERITABLE {
        node.remove(key);
    }
    node.remove(b"Parent");
    node.set("Type", "Pages");
    node.set("Kids", kids);
    node.set("Count", count);
    file.set(root, node);
}
