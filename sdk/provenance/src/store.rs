//! How records are read and written: by type in the algebra, by bytes underneath.
//!
//! The contract implements [`Records`] with its storage handles. A node and a verifier have bytes:
//! they implement [`Bytes`] and read through [`Keyed`]; [`Recorder`] notes what was read, which is
//! what a proof must show.

use alloc::{collections::BTreeMap, vec::Vec};
use core::cell::RefCell;

use parity_scale_codec::{DecodeAll, Encode};
use weal_types::AssetId;

use crate::{
    Error,
    key::{Key, position},
    line::{Books, Count, Fund, Line},
    record::{Hold, In, Out, Round, Stamp},
    unit::{FundId, LineId, Units},
};

/// Reads records.
///
/// Where a verifier implements it, records may be missing that the state has. The algebra never
/// takes absence for a fact, except where counters prove it.
pub trait Records {
    /// A fund's card.
    fn fund(&self, fund: FundId) -> Result<Option<Fund>, Error>;
    /// A line's card.
    fn line(&self, line: LineId) -> Result<Option<Line>, Error>;
    /// A line's counters.
    fn count(&self, line: LineId) -> Result<Option<Count>, Error>;
    /// Where a fund's books in an asset are.
    fn books(&self, fund: FundId, asset: AssetId) -> Result<Option<Books>, Error>;
    /// What arrived at exactly this position.
    fn arrival(&self, line: LineId, start: Units) -> Result<Option<In>, Error>;
    /// The last arrival that starts at or before `at`.
    fn last_arrival(&self, line: LineId, at: Units) -> Result<Option<(Units, In)>, Error>;
    /// What left from exactly this position.
    fn departure(&self, line: LineId, start: Units) -> Result<Option<Out>, Error>;
    /// The last departure that starts at or before `at`.
    fn last_departure(&self, line: LineId, at: Units) -> Result<Option<(Units, Out)>, Error>;
    /// The first departure that starts at or after `at`.
    fn first_departure(&self, line: LineId, at: Units) -> Result<Option<(Units, Out)>, Error>;
    /// The last stamp of a level that starts at or before `at`.
    fn last_stamp(
        &self,
        line: LineId,
        level: u8,
        at: Units,
    ) -> Result<Option<(Units, Stamp)>, Error>;
    /// The first stamp of a level that starts at or after `at`.
    fn first_stamp(
        &self,
        line: LineId,
        level: u8,
        at: Units,
    ) -> Result<Option<(Units, Stamp)>, Error>;
    /// A hold.
    fn hold(&self, hold: u32) -> Result<Option<Hold>, Error>;
    /// A round of payments.
    fn round(&self, fund: FundId, asset: AssetId) -> Result<Option<Round>, Error>;
}

/// Writes records.
pub trait RecordsMut: Records {
    /// Stores a fund's card.
    fn put_fund(&mut self, fund: FundId, card: &Fund);
    /// Stores a line's card.
    fn put_line(&mut self, line: LineId, card: &Line);
    /// Stores a line's counters.
    fn put_count(&mut self, line: LineId, count: &Count);
    /// Stores where a fund's books are.
    fn put_books(&mut self, fund: FundId, asset: AssetId, books: &Books);
    /// Stores an arrival.
    fn put_arrival(&mut self, line: LineId, start: Units, arrival: &In);
    /// Stores a departure.
    fn put_departure(&mut self, line: LineId, start: Units, departure: &Out);
    /// Stores a stamp.
    fn put_stamp(&mut self, line: LineId, level: u8, start: Units, stamp: &Stamp);
    /// Stores a hold, or removes it.
    fn put_hold(&mut self, hold: u32, record: Option<&Hold>);
    /// Stores a round, or removes it.
    fn put_round(&mut self, fund: FundId, asset: AssetId, round: Option<&Round>);
}

/// The card of a line that records promise.
pub(crate) fn card(records: &impl Records, line: LineId) -> Result<Line, Error> {
    records.line(line)?.ok_or(Error::NoCard { line })
}

/// The counters of a line that records promise.
pub(crate) fn count(records: &impl Records, line: LineId) -> Result<Count, Error> {
    records.count(line)?.ok_or(Error::NoCard { line })
}

/// Entries of one contract, as bytes.
pub trait Bytes {
    /// The value at `key`.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Error>;
    /// The entry with the highest key in `from..=to`.
    fn last(&self, from: &[u8], to: &[u8]) -> Result<Option<Entry>, Error>;
    /// The entry with the lowest key in `from..=to`.
    fn first(&self, from: &[u8], to: &[u8]) -> Result<Option<Entry>, Error>;
}

/// A key and its value.
pub type Entry = (Vec<u8>, Vec<u8>);

/// Entries that can be written.
pub trait BytesMut: Bytes {
    /// Stores a value, or removes it.
    fn put(&mut self, key: Vec<u8>, value: Option<Vec<u8>>);
}

/// Reads and writes records as bytes under their keys.
#[derive(Clone, Debug, Default)]
pub struct Keyed<B>(pub B);

/// Records in memory.
pub type Memory = Keyed<BTreeMap<Vec<u8>, Vec<u8>>>;

fn decoded<T: DecodeAll>(bytes: &[u8]) -> Result<T, Error> {
    T::decode_all(&mut &*bytes).map_err(|_| Error::Broken)
}

impl<B: Bytes> Keyed<B> {
    fn get<T: DecodeAll>(&self, key: Key) -> Result<Option<T>, Error> {
        self.0.get(&key.to_bytes())?.map(|bytes| decoded(&bytes)).transpose()
    }

    fn found<T: DecodeAll>(entry: Option<Entry>) -> Result<Option<(Units, T)>, Error> {
        let Some((key, value)) = entry else { return Ok(None) };
        Ok(Some((position(&key).ok_or(Error::Broken)?, decoded(&value)?)))
    }

    fn last<T: DecodeAll>(
        &self,
        at: Units,
        key: impl Fn(Units) -> Key,
    ) -> Result<Option<(Units, T)>, Error> {
        Self::found(self.0.last(&key(Units::ZERO).to_bytes(), &key(at).to_bytes())?)
    }

    fn first<T: DecodeAll>(
        &self,
        at: Units,
        key: impl Fn(Units) -> Key,
    ) -> Result<Option<(Units, T)>, Error> {
        Self::found(self.0.first(&key(at).to_bytes(), &key(Units::MAX).to_bytes())?)
    }
}

impl<B: Bytes> Records for Keyed<B> {
    fn fund(&self, fund: FundId) -> Result<Option<Fund>, Error> {
        self.get(Key::Fund(fund))
    }

    fn line(&self, line: LineId) -> Result<Option<Line>, Error> {
        self.get(Key::Line(line))
    }

    fn count(&self, line: LineId) -> Result<Option<Count>, Error> {
        self.get(Key::Count(line))
    }

    fn books(&self, fund: FundId, asset: AssetId) -> Result<Option<Books>, Error> {
        self.get(Key::Books(fund, asset))
    }

    fn arrival(&self, line: LineId, start: Units) -> Result<Option<In>, Error> {
        self.get(Key::In(line, start))
    }

    fn last_arrival(&self, line: LineId, at: Units) -> Result<Option<(Units, In)>, Error> {
        self.last(at, |at| Key::In(line, at))
    }

    fn departure(&self, line: LineId, start: Units) -> Result<Option<Out>, Error> {
        self.get(Key::Out(line, start))
    }

    fn last_departure(&self, line: LineId, at: Units) -> Result<Option<(Units, Out)>, Error> {
        self.last(at, |at| Key::Out(line, at))
    }

    fn first_departure(&self, line: LineId, at: Units) -> Result<Option<(Units, Out)>, Error> {
        self.first(at, |at| Key::Out(line, at))
    }

    fn last_stamp(
        &self,
        line: LineId,
        level: u8,
        at: Units,
    ) -> Result<Option<(Units, Stamp)>, Error> {
        self.last(at, |at| Key::Stamp(line, level, at))
    }

    fn first_stamp(
        &self,
        line: LineId,
        level: u8,
        at: Units,
    ) -> Result<Option<(Units, Stamp)>, Error> {
        self.first(at, |at| Key::Stamp(line, level, at))
    }

    fn hold(&self, hold: u32) -> Result<Option<Hold>, Error> {
        self.get(Key::Hold(hold))
    }

    fn round(&self, fund: FundId, asset: AssetId) -> Result<Option<Round>, Error> {
        self.get(Key::Round(fund, asset))
    }
}

impl<B: BytesMut> RecordsMut for Keyed<B> {
    fn put_fund(&mut self, fund: FundId, card: &Fund) {
        self.0.put(Key::Fund(fund).to_bytes(), Some(card.encode()));
    }

    fn put_line(&mut self, line: LineId, card: &Line) {
        self.0.put(Key::Line(line).to_bytes(), Some(card.encode()));
    }

    fn put_count(&mut self, line: LineId, count: &Count) {
        self.0.put(Key::Count(line).to_bytes(), Some(count.encode()));
    }

    fn put_books(&mut self, fund: FundId, asset: AssetId, books: &Books) {
        self.0.put(Key::Books(fund, asset).to_bytes(), Some(books.encode()));
    }

    fn put_arrival(&mut self, line: LineId, start: Units, arrival: &In) {
        self.0.put(Key::In(line, start).to_bytes(), Some(arrival.encode()));
    }

    fn put_departure(&mut self, line: LineId, start: Units, departure: &Out) {
        self.0.put(Key::Out(line, start).to_bytes(), Some(departure.encode()));
    }

    fn put_stamp(&mut self, line: LineId, level: u8, start: Units, stamp: &Stamp) {
        self.0.put(Key::Stamp(line, level, start).to_bytes(), Some(stamp.encode()));
    }

    fn put_hold(&mut self, hold: u32, record: Option<&Hold>) {
        self.0.put(Key::Hold(hold).to_bytes(), record.map(Encode::encode));
    }

    fn put_round(&mut self, fund: FundId, asset: AssetId, round: Option<&Round>) {
        self.0.put(Key::Round(fund, asset).to_bytes(), round.map(Encode::encode));
    }
}

fn owned((key, value): (&Vec<u8>, &Vec<u8>)) -> Entry {
    (key.clone(), value.clone())
}

impl Bytes for BTreeMap<Vec<u8>, Vec<u8>> {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        Ok(BTreeMap::get(self, key).cloned())
    }

    fn last(&self, from: &[u8], to: &[u8]) -> Result<Option<Entry>, Error> {
        // `range` panics on crossed bounds.
        let is_range = from <= to;
        Ok(is_range
            .then(|| self.range::<[u8], _>(between(from, to)).next_back().map(owned))
            .flatten())
    }

    fn first(&self, from: &[u8], to: &[u8]) -> Result<Option<Entry>, Error> {
        let is_range = from <= to;
        Ok(is_range.then(|| self.range::<[u8], _>(between(from, to)).next().map(owned)).flatten())
    }
}

type Bounds<'a> = (core::ops::Bound<&'a [u8]>, core::ops::Bound<&'a [u8]>);

fn between<'a>(from: &'a [u8], to: &'a [u8]) -> Bounds<'a> {
    (core::ops::Bound::Included(from), core::ops::Bound::Included(to))
}

impl BytesMut for BTreeMap<Vec<u8>, Vec<u8>> {
    fn put(&mut self, key: Vec<u8>, value: Option<Vec<u8>>) {
        match value {
            Some(value) => self.insert(key, value),
            None => self.remove(&key),
        };
    }
}

/// Notes every entry that is read. Reading nothing leaves no note: absence is never proven.
#[derive(Debug)]
pub struct Recorder<'a, B> {
    entries: &'a B,
    seen: RefCell<BTreeMap<Vec<u8>, Vec<u8>>>,
}

impl<'a, B: Bytes> Recorder<'a, B> {
    /// Starts with no notes.
    pub const fn new(entries: &'a B) -> Self {
        Self { entries, seen: RefCell::new(BTreeMap::new()) }
    }

    /// How many entries were read.
    pub fn len(&self) -> usize {
        self.seen.borrow().len()
    }

    /// Whether none was.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What was read, by key.
    pub fn into_seen(self) -> BTreeMap<Vec<u8>, Vec<u8>> {
        self.seen.into_inner()
    }

    fn note(&self, entry: Option<Entry>) -> Option<Entry> {
        if let Some((key, value)) = &entry {
            self.seen.borrow_mut().insert(key.clone(), value.clone());
        }
        entry
    }
}

impl<B: Bytes> Bytes for Recorder<'_, B> {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        let entry = self.entries.get(key)?.map(|value| (key.to_vec(), value));
        Ok(self.note(entry).map(|(_, value)| value))
    }

    fn last(&self, from: &[u8], to: &[u8]) -> Result<Option<Entry>, Error> {
        Ok(self.note(self.entries.last(from, to)?))
    }

    fn first(&self, from: &[u8], to: &[u8]) -> Result<Option<Entry>, Error> {
        Ok(self.note(self.entries.first(from, to)?))
    }
}
