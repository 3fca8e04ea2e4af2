//! What may come of a call: events and refusals.

use weal_types::abi::{ErrorCase, Event, Field};

use super::{super::error as code, amount, asset, cap, number, scale, symbol, transfers};
use crate::system::describe::{FieldExt, error, event, field, time};

fn account(name: &str) -> Field {
    field(name, "AccountId")
}

fn reference() -> Field {
    field("reference", "Bytes32").label("Reference")
}

/// The topics of events about a reservation.
fn reservation() -> [Field; 4] {
    [number("Reservation"), account("holder"), field("beneficiary", "ContractId"), asset()]
}

pub(super) fn events() -> Vec<Event> {
    let mut events = vec![
        event(
            "Created",
            "An asset was registered.",
            [asset(), account("issuer")],
            [symbol(), scale(), cap(), transfers()],
        ),
        event(
            "Minted",
            "Money came into being.",
            [asset(), account("to"), reference()],
            [amount("amount", "Amount")],
        ),
        event(
            "Burned",
            "Money ceased to be.",
            [asset(), account("from"), reference()],
            [amount("amount", "Amount")],
        ),
        event(
            "Transferred",
            "Money moved: by this contract's method, attached to a call, or sent by a contract.",
            [account("from"), account("to"), asset()],
            [
                amount("amount", "Amount"),
                field("reference", "Bytes").doc("The payer's; empty where it gave none."),
            ],
        ),
        event(
            "PayeeAllowed",
            "The issuer changed whether an account may be paid with an asset.",
            [asset(), account("account")],
            [field("allowed", "bool")],
        ),
        event("Frozen", "An asset no longer moves.", [asset()], []),
        event("Unfrozen", "An asset moves again.", [asset()], []),
        event(
            "IssuerSet",
            "An asset has another issuer.",
            [asset(), account("issuer")],
            [account("before").doc("The issuer until now.")],
        ),
    ];
    events.extend(reservation_events());
    events.extend(hold_events());
    events
}

fn reservation_events() -> [Event; 3] {
    [
        event(
            "Reserved",
            "A holder set money aside for a contract.",
            reservation(),
            [amount("amount", "Amount"), time("expires")],
        ),
        event(
            "Captured",
            "A contract took reserved money.",
            reservation(),
            [amount("amount", "Amount"), amount("left", "Still reserved")],
        ),
        event(
            "Released",
            "What was left of a reservation went back to its holder.",
            reservation(),
            [amount("amount", "Amount")],
        ),
    ]
}

fn hold_events() -> [Event; 2] {
    let topics = || [number("Hold"), account("account"), asset()];
    let basis = || field("basis", "Hash").doc("Hash of the document that the hold rests on.");
    [
        event(
            "Held",
            "Governance keeps a holder from spending.",
            topics(),
            [amount("amount", "Amount"), time("expires"), basis()],
        ),
        event("Lifted", "A hold ended.", topics(), [amount("amount", "Amount"), basis()]),
    ]
}

pub(super) fn errors() -> Vec<ErrorCase> {
    let mut errors = asset_errors();
    errors.extend(reservation_errors());
    errors
}

fn asset_errors() -> Vec<ErrorCase> {
    vec![
        error(code::UNKNOWN_ASSET, "UnknownAsset", "There is no asset {asset}.", [asset()]),
        error(
            code::ASSET_EXISTS,
            "AssetExists",
            "The issuer has an asset of this symbol: {asset}.",
            [asset()],
        ),
        error(
            code::BAD_SYMBOL,
            "BadSymbol",
            "A symbol is an ASCII letter, then letters, digits and underscores, at most 16 in all.",
            [],
        ),
        error(
            code::BAD_SCALE,
            "BadScale",
            "An asset has at most 18 decimals, not {scale}.",
            [scale()],
        ),
        error(
            code::BAD_CAP,
            "BadCap",
            "A cap lies between 1 and 2^96, but this is {cap}.",
            [field("cap", "Amount")],
        ),
        error(
            code::CAP_EXCEEDED,
            "CapExceeded",
            "At most {cap} may exist, and {supply} does already.",
            [asset(), amount("cap", "Cap"), amount("supply", "Supply")],
        ),
        error(code::ZERO_AMOUNT, "ZeroAmount", "The amount is nothing.", []),
        error(code::FROZEN, "AssetFrozen", "{asset} is frozen.", [asset()]),
        error(
            code::NOT_LISTED,
            "NotListed",
            "{asset} may be sent only to those whom its issuer lists, and {account} is not.",
            [asset(), account("account")],
        ),
        error(
            code::REFERENCE_USED,
            "ReferenceUsed",
            "{reference} was used at height {height}, for {amount} and {account}.",
            [
                asset(),
                reference(),
                account("account"),
                amount("amount", "Amount"),
                field("height", "Height"),
            ],
        ),
        error(code::NOT_FROZEN, "NotFrozen", "{asset} is not frozen.", [asset()]),
        error(
            code::NO_PAYEE_LIST,
            "NoPayeeList",
            "{asset} may be sent to anyone, so it has no list of payees.",
            [asset()],
        ),
    ]
}

fn reservation_errors() -> Vec<ErrorCase> {
    vec![
        error(
            code::BAD_EXPIRY,
            "BadExpiry",
            "{expires} does not lie after {now} and by {last}.",
            [
                time("expires"),
                time("now").doc("Time of the block."),
                time("last").doc("The latest expiry that is allowed."),
            ],
        ),
        error(
            code::UNKNOWN_RESERVATION,
            "UnknownReservation",
            "Reservation {id} does not exist, or has ended.",
            [number("Reservation")],
        ),
        error(
            code::EXPIRED,
            "ReservationExpired",
            "Reservation {id} expired at {expires}.",
            [number("Reservation"), time("expires")],
        ),
        error(
            code::TOO_EARLY,
            "TooEarly",
            "Before {expires} somebody else has to end {id}.",
            [number("Reservation or hold"), time("expires")],
        ),
        error(
            code::ABOVE_RESERVATION,
            "AboveReservation",
            "Only {left} is left of reservation {id}.",
            [number("Reservation"), field("left", "Amount")],
        ),
        error(
            code::UNKNOWN_HOLD,
            "UnknownHold",
            "Hold {id} does not exist, or has ended.",
            [number("Hold")],
        ),
    ]
}
