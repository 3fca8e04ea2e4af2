//! What can be called.

use weal_types::abi::{Auth, Field, Method};

use super::{
    super::{HOLD_MS_MAX, REFERENCE_BYTES, RESERVATION_MS_MAX, error as code},
    amount, asset, cap, number, scale, symbol, transfers,
};
use crate::system::describe::{FieldExt, MethodExt, call, field, page, query, rule, time};

const DAY_MS: u64 = 24 * 3_600_000;

pub(super) fn all() -> Vec<Method> {
    let mut methods = Vec::new();
    methods.extend(supply());
    methods.push(transfer());
    methods.extend(reservations());
    methods.push(allow_payee());
    methods.extend(holds());
    methods.extend(administration());
    methods.extend(asset_queries());
    methods.extend(holder_queries());
    methods
}

fn issuer() -> Auth {
    rule("The asset's issuer.")
}

fn account(name: &str, label: &str) -> Field {
    field(name, "AccountId").label(label)
}

fn reference() -> Field {
    field("reference", "Bytes32")
        .label("Reference")
        .doc("The issuer's own reference, such as a hash of the bank's; each can be used once.")
}

fn supply() -> [Method; 3] {
    [
        call(
            "create",
            Auth::Governance,
            "Create the asset {symbol} for {issuer}",
            "Registers a kind of money, voucher or goods unit, and returns its id, which follows \
             from issuer and symbol.",
        )
        .takes([symbol(), scale(), cap(), transfers(), account("issuer", "Issuer")])
        .returns("AssetId")
        .refuses(&[code::ASSET_EXISTS, code::BAD_SYMBOL, code::BAD_SCALE, code::BAD_CAP])
        .emits("Created"),
        call(
            "mint",
            issuer(),
            "Bring {amount} into being for {to}",
            "Creates money, against a payment that the issuer received.",
        )
        .takes([asset(), account("to", "Recipient"), amount("amount", "Amount"), reference()])
        .refuses(&[
            code::UNKNOWN_ASSET,
            code::FROZEN,
            code::ZERO_AMOUNT,
            code::CAP_EXCEEDED,
            code::REFERENCE_USED,
        ])
        .emits("Minted"),
        call(
            "burn",
            issuer(),
            "Destroy {amount} of the issuer's own balance",
            "Destroys money that came back to the issuer, against a payment that it made.",
        )
        .takes([asset(), amount("amount", "Amount"), reference()])
        .refuses(&[code::UNKNOWN_ASSET, code::FROZEN, code::ZERO_AMOUNT, code::REFERENCE_USED])
        .emits("Burned"),
    ]
}

fn transfer() -> Method {
    call(
        "transfer",
        Auth::Anyone,
        "Send {amount} to {to}",
        "Sends free money of the caller to another account.",
    )
    .takes([
        asset(),
        account("to", "Recipient"),
        amount("amount", "Amount"),
        field("reference", "Bytes")
            .label("Reference")
            .doc("For the payee's books. Never anything about a person.")
            .between(0, REFERENCE_BYTES as u128),
    ])
    .refuses(&[code::UNKNOWN_ASSET, code::FROZEN, code::NOT_LISTED, code::ZERO_AMOUNT])
    .emits("Transferred")
}

fn reservations() -> [Method; 3] {
    let days = RESERVATION_MS_MAX / DAY_MS;
    [
        call(
            "reserve",
            Auth::Anyone,
            "Set {amount} aside for {beneficiary} to capture until {expires}",
            "Sets free money of the caller aside for one contract, and returns the number of the \
             reservation. It stays the caller's until the contract captures it.",
        )
        .takes([
            asset(),
            amount("amount", "Amount"),
            field("beneficiary", "ContractId").label("Contract that may capture it"),
            time("expires").label("Expires").doc(&format!("Ahead of now, by {days} days at most.")),
        ])
        .returns("u64")
        .refuses(&[
            code::UNKNOWN_ASSET,
            code::FROZEN,
            code::NOT_LISTED,
            code::ZERO_AMOUNT,
            code::BAD_EXPIRY,
        ])
        .emits("Reserved"),
        call(
            "capture",
            rule("The contract for which the money was set aside."),
            "Capture from reservation {id}",
            "Moves reserved money to the contract, all of it or a part; the rest stays reserved.",
        )
        .takes([
            number("Reservation"),
            field("amount", "Amount").label("Amount").doc("In the asset of the reservation."),
        ])
        .refuses(&[
            code::UNKNOWN_RESERVATION,
            code::EXPIRED,
            code::ZERO_AMOUNT,
            code::ABOVE_RESERVATION,
            code::UNKNOWN_ASSET,
            code::FROZEN,
            code::NOT_LISTED,
        ])
        .emits("Captured"),
        call(
            "release",
            rule("The contract for which the money was set aside; anyone once it has expired."),
            "Give reservation {id} back to its holder",
            "Gives the holder back what is left of a reservation.",
        )
        .takes([number("Reservation")])
        .refuses(&[code::UNKNOWN_RESERVATION, code::TOO_EARLY])
        .emits("Released"),
    ]
}

fn allow_payee() -> Method {
    call(
        "allow_payee",
        issuer(),
        "Change whether {account} may be paid with {asset}: {allowed}",
        "Adds an account to, or removes it from, those who may be paid with a listed asset.",
    )
    .takes([asset(), account("account", "Payee"), field("allowed", "bool").label("Allowed")])
    .refuses(&[code::UNKNOWN_ASSET, code::NO_PAYEE_LIST])
    .emits("PayeeAllowed")
}

fn holds() -> [Method; 2] {
    let days = HOLD_MS_MAX / DAY_MS;
    [
        call(
            "hold",
            Auth::Governance,
            "Keep {account} from spending {amount} until {expires}",
            "Keeps a holder from spending an amount of its free money, and returns the number of \
             the hold. The money stays the holder's.",
        )
        .takes([
            account("account", "Holder"),
            asset(),
            amount("amount", "Amount"),
            time("expires").label("Expires").doc(&format!("Ahead of now, by {days} days at most.")),
            field("basis", "Hash")
                .label("Legal basis")
                .doc("Hash of the document that the hold rests on."),
        ])
        .returns("u64")
        .refuses(&[code::UNKNOWN_ASSET, code::ZERO_AMOUNT, code::BAD_EXPIRY])
        .emits("Held"),
        call(
            "lift",
            rule("Governance; anyone once the hold has expired."),
            "Lift hold {id}",
            "Ends a hold.",
        )
        .takes([number("Hold")])
        .refuses(&[code::UNKNOWN_HOLD, code::TOO_EARLY])
        .emits("Lifted"),
    ]
}

fn administration() -> [Method; 3] {
    [
        call(
            "freeze",
            Auth::Governance,
            "Freeze the asset {asset}",
            "Stops all movement of an asset. Reservations and holds can still end.",
        )
        .takes([asset()])
        .refuses(&[code::UNKNOWN_ASSET, code::FROZEN])
        .emits("Frozen"),
        call("unfreeze", Auth::Governance, "Let the asset {asset} move again", "Ends a freeze.")
            .takes([asset()])
            .refuses(&[code::UNKNOWN_ASSET, code::NOT_FROZEN])
            .emits("Unfrozen"),
        call(
            "set_issuer",
            rule("The asset's issuer, or governance."),
            "Make {issuer} the issuer of {asset}",
            "Hands an asset to another issuer. The asset's id stays.",
        )
        .takes([asset(), account("issuer", "New issuer")])
        .refuses(&[code::UNKNOWN_ASSET])
        .emits("IssuerSet"),
    ]
}

fn asset_queries() -> [Method; 6] {
    [
        query("asset", "Option<Asset>", "The record of an asset.").takes([asset()]),
        query("assets", "Vec<(AssetId, Asset)>", "A page of all assets, by id.")
            .takes(page("AssetId")),
        query("total_supply", "Amount", "How much of an asset exists.").takes([asset()]),
        query("is_payee", "bool", "Whether an account may be paid with an asset.")
            .takes([asset(), account("account", "Payee")]),
        query("minted", "Option<Booking>", "What was minted under a reference.")
            .takes([asset(), reference()]),
        query("burned", "Option<Booking>", "What was burned under a reference.")
            .takes([asset(), reference()]),
    ]
}

fn holder_queries() -> [Method; 4] {
    let [after, limit] = page("AssetId");
    [
        query("balance", "Balance", "What an account has of an asset.")
            .takes([account("account", "Holder"), asset()]),
        query("balances", "Vec<(AssetId, Balance)>", "A page of what an account has, by asset.")
            .takes([account("account", "Holder"), after, limit]),
        query("reservation", "Option<Reservation>", "A reservation that has not ended.")
            .takes([number("Reservation")]),
        query("hold_of", "Option<Hold>", "A hold that has not ended.").takes([number("Hold")]),
    ]
}
