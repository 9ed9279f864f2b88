//! The objects of a document: at rest until somebody looks at one.

use super::error::Result;
use super::error::invalid;
use super::packed::Packed;
use lopdf::Dictionary;
use lopdf::Object;
use lopdf::ObjectId;
use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// How far a row of references is followed.
const LONGEST_ROW: usize = 128;

/// Objects by number, and the trailer that leads to them.
pub(super) struct Objects {
    pub(super) trailer: Dictionary,
    pub(super) version: String,
    slots: BTreeMap<ObjectId, Slot>,
    highest: u32,
}

/// An object. One of the first two is there, and both say the same.
#[derive(Default)]
struct Slot {
    packed: Option<Packed>,
    open: OnceCell<Box<Object>>,
    /// The content of a stream. Copies of it in other documents share it.
    content: Option<Content>,
}

/// The bytes of a stream, in its filters.
pub(super) type Content = Rc<Vec<u8>>;

impl Slot {
    fn of(mut object: Object) -> Self {
        let content = match &mut object {
            Object::Stream(stream) => {
                // What is written says how long the content is.
                stream.dict.remove(b"Length");
                Some(Rc::new(std::mem::take(&mut stream.content)))
            }
            _ => None,
        };
        Self {
            packed: Some(Packed::of(&object)),
            open: OnceCell::new(),
            content,
        }
    }

    fn object(&self) -> &Object {
        let unpack = || {
            let packed = self.packed.as_ref();
            Box::new(packed.map_or(Object::Null, Packed::object))
        };
        self.open.get_or_init(unpack)
    }

    fn object_mut(&mut self) -> Option<&mut Object> {
        self.object();
        self.packed = None;
        self.open.get_mut().map(Box::as_mut)
    }

    /// The object at rest.
    fn packed(&self) -> Cow<'_, Packed> {
        match &self.packed {
            Some(packed) => Cow::Borrowed(packed),
            None => Cow::Owned(Packed::of(self.object())),
        }
    }
}

impl Objects {
    /// Those of a file that was read.
    pub(super) fn of(file: lopdf::Document) -> Self {
        let slots = file.objects.into_iter();
        Self {
            trailer: file.trailer,
            version: file.version,
            slots: slots.map(|(id, object)| (id, Slot::of(object))).collect(),
            highest: file.max_id,
        }
    }

    /// A number for a new object.
    ///
    /// # Errors
    /// When there is none left.
    pub(super) fn new_id(&mut self) -> Result<ObjectId> {
        let Some(number) = self.highest.checked_add(1) else {
            return invalid("the document has no object number left");
        };
        self.highest = number;
        Ok((number, 0))
    }

    /// Numbers for several objects.
    ///
    /// # Errors
    /// When there are not so many left.
    pub(super) fn new_ids<const COUNT: usize>(&mut self) -> Result<[ObjectId; COUNT]> {
        let mut ids = [(0, 0); COUNT];
        for id in &mut ids {
            *id = self.new_id()?;
        }
        Ok(ids)
    }

    pub(super) fn set(&mut self, id: ObjectId, object: impl Into<Object>) {
        self.slots.insert(id, Slot::of(object.into()));
    }

    /// Puts an object at rest.
    pub(super) fn put(&mut self, id: ObjectId, packed: Packed, content: Option<Content>) {
        let slot = Slot {
            packed: Some(packed),
            content,
            ..Slot::default()
        };
        self.slots.insert(id, slot);
    }

    /// About how many bytes of memory they take.
    pub(super) fn memory(&self) -> usize {
        const OF_ONE: usize = 128;
        let sizes = self.slots.values().map(|slot| {
            let content = slot.content.as_ref().map_or(0, |content| content.len());
            let packed = slot.packed.as_ref().map_or(0, Packed::size);
            OF_ONE + packed + content
        });
        sizes.sum()
    }

    pub(super) fn has(&self, id: ObjectId) -> bool {
        self.slots.contains_key(&id)
    }

    /// An object at rest, and the content of a stream.
    pub(super) fn packed(&self, id: ObjectId) -> Option<(Cow<'_, Packed>, Option<&Content>)> {
        let slot = self.slots.get(&id)?;
        Some((slot.packed(), slot.content.as_ref()))
    }

    /// All objects at rest.
    pub(super) fn all(&self) -> impl Iterator<Item = (ObjectId, Cow<'_, Packed>)> + '_ {
        self.slots.iter().map(|(id, slot)| (*id, slot.packed()))
    }

    /// An object; a stream without its content.
    pub(super) fn get(&self, id: ObjectId) -> Option<&Object> {
        self.slots.get(&id).map(Slot::object)
    }

    /// What an object is once references are followed, and where it is if it is no direct one.
    pub(super) fn follow<'a>(
        &'a self,
        object: &'a Object,
    ) -> Option<(Option<ObjectId>, &'a Object)> {
        let mut found = (None, object);
        for _ in 0..LONGEST_ROW {
            let Object::Reference(id) = found.1 else {
                return Some(found);
            };
            found = (Some(*id), self.get(*id)?);
        }
        None
    }

    /// The dictionary of an object.
    pub(super) fn dictionary(&self, id: ObjectId) -> Option<&Dictionary> {
        self.follow(self.get(id)?)?.1.as_dict().ok()
    }

    pub(super) fn dictionary_mut(&mut self, id: ObjectId) -> Option<&mut Dictionary> {
        let id = self.follow(self.get(id)?)?.0.unwrap_or(id);
        self.slots.get_mut(&id)?.object_mut()?.as_dict_mut().ok()
    }

    fn catalog_id(&self) -> Option<ObjectId> {
        self.trailer.get(b"Root").ok()?.as_reference().ok()
    }

    pub(super) fn catalog(&self) -> Option<&Dictionary> {
        self.dictionary(self.catalog_id()?)
    }

    pub(super) fn catalog_mut(&mut self) -> Option<&mut Dictionary> {
        self.dictionary_mut(self.catalog_id()?)
    }
}
