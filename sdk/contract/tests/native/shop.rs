//! A contract with one of everything, for the tests.

use weal_sdk::prelude::*;

/// Sells places in a queue.
#[derive(Storage)]
#[storage(version = 3, retired("old_price"))]
pub struct Shop {
    #[storage(was = "staff")]
    roles: Roles<Role>,
    asset: Item<AssetId>,
    keeper: Item<Option<AccountId>>,
    gifts: Map<AccountId, Amount>,
    places: OrderedMap<(u16, i32), Place>,
    names: OrderedMap<String, u8>,
    given: Item<Amount>,
    count: Item<u8>,
    other: Item<ContractId>,
}

/// Who does what.
#[derive(Debug, PartialEq, Eq, RoleSet)]
pub enum Role {
    /// Adds places.
    Clerk,
    /// Looks on.
    Auditor,
}

/// A place.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub struct Place {
    /// Whose it is.
    #[label("Holder")]
    pub holder: AccountId,
    /// What was paid.
    #[unit(asset = asset)]
    pub paid: Amount,
    /// How it stands.
    pub state: PlaceState,
}

/// How a place stands.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub enum PlaceState {
    /// Nobody has come.
    Open,
    /// Somebody has come.
    Taken {
        /// When.
        #[unit(timestamp)]
        at: TimeMs,
        /// Smaller places within.
        within: Vec<Place>,
    },
}

/// How the shop refuses.
#[derive(Clone, Debug, PartialEq, Eq, ContractError)]
pub enum Error {
    /// There is no place {row}/{seat}.
    #[code(1)]
    NoPlace {
        /// The row.
        row: u16,
        /// The seat.
        seat: i32,
    },
    /// Another contract failed: {cause}.
    #[code(7)]
    Sub(#[from] CallError),
    #[code(8)]
    ClosedToday,
}

/// Somebody gave.
#[derive(Event)]
pub struct Given {
    /// Who.
    #[topic]
    pub by: AccountId,
    /// How much.
    #[unit(asset = asset)]
    pub sum: Amount,
    /// A word with it, by which it is found.
    #[topic]
    pub word: String,
}

/// Something happened.
#[derive(Event)]
pub struct Rang;

weal_sdk::import!(sibling = "tests/native/shop.abi.json");

#[contract(error = Error, events(Given, Rang))]
impl Shop {
    /// Opens.
    #[init]
    pub fn open(&mut self, ctx: &mut Ctx, asset: AssetId, other: ContractId) {
        self.asset.set(&asset);
        self.other.set(&other);
        self.roles.grant(Role::Clerk, &ctx.caller());
    }

    /// Takes a gift.
    #[call(auth = anyone, accepts(asset), emits(Given), errors(ClosedToday))]
    pub fn give(
        &mut self,
        ctx: &mut Ctx,
        #[label("A word")]
        #[max(40)]
        word: String,
    ) -> Result<Amount, Error> {
        if word == "closed" {
            return Err(Error::ClosedToday);
        }
        let (by, sum) = (ctx.caller(), ctx.gift());
        self.given += sum;
        self.gifts.update(&by, |old| old.plus(sum));
        ctx.emit(Given { by, sum, word });
        Ok(self.given.get())
    }

    /// Takes anything.
    #[call(auth = anyone, accepts(any))]
    pub fn bring(&mut self, ctx: &mut Ctx) -> Vec<(AssetId, Amount)> {
        ctx.attached().into_iter().map(|it| (it.asset, it.amount)).collect()
    }

    /// Sums up what may be of several kinds.
    #[call(auth = anyone, accepts(one, asset))]
    pub fn bring_two(&mut self, ctx: &mut Ctx, one: AssetId) -> Amount {
        let _ = one;
        ctx.gift()
    }

    /// Adds a place.
    #[call(auth = Role::Clerk)]
    pub fn add(&mut self, row: u16, seat: i32, place: Place) {
        self.places.set(&(row, seat), &place);
    }

    /// Makes somebody a clerk or more.
    #[call(auth = owner)]
    pub fn grant(&mut self, role: Role, account: AccountId) {
        self.roles.grant(role, &account);
    }

    /// No longer.
    #[call(auth = governance)]
    pub fn revoke(&mut self, role: Role, account: AccountId) {
        self.roles.revoke(role, &account);
    }

    /// Names the keeper.
    #[call(auth = rule("whoever comes first"))]
    pub fn keep(&mut self, ctx: &mut Ctx) {
        if self.keeper.get().is_none() {
            self.keeper.set(&Some(ctx.caller()));
        }
    }

    /// Sends money away.
    #[call(auth = stored(keeper), intent = "Send {sum} to {to}")]
    pub fn send(&mut self, ctx: &mut Ctx, to: AccountId, #[unit(asset = asset)] sum: Amount) {
        ctx.send(to, self.asset.get(), sum);
        ctx.emit(Rang);
    }

    /// Counts up, which ends somewhere.
    #[call(auth = argument(who))]
    pub fn count(&mut self, who: AccountId, by: u8) -> u8 {
        let _ = who;
        self.count += by;
        self.count.get()
    }

    /// Panics for `kind` 0, and calls its sibling otherwise.
    #[call(auth = anyone, calls(sibling::give, sibling::place))]
    pub fn trouble(&mut self, ctx: &mut Ctx, kind: u8, gas: Gas) -> Result<String, Error> {
        let other = sibling::at(self.other.get()).gas_at_most(gas);
        match kind {
            0 => panic!("kind {kind}"),
            1 => Ok(alloc_text(other.place(ctx, 9, 9)?.is_some())),
            2 => match other.place_or_refuse(ctx, 9, 9) {
                Ok(_) => Ok("found".into()),
                Err(error) => match other.refusal(&error) {
                    Some(sibling::Error::NoPlace { row: 9, seat: 9 }) => Ok("none".into()),
                    _ => Err(error.into()),
                },
            },
            3 => {
                let sum = other.attach(self.asset.get(), Amount(5)).give(ctx, "hello".into())?;
                Ok(if sum == Amount(5) { "gave" } else { "gave more" }.into())
            }
            4 => Ok(other.trouble(ctx, 0, gas)?),
            _ => Ok(alloc_text(sibling::at(ctx.contract()).place(ctx, 1, 1)?.is_some())),
        }
    }

    /// A place.
    #[query]
    pub fn place(&self, row: u16, seat: i32) -> Option<Place> {
        self.places.get(&(row, seat))
    }

    /// A place, or a refusal.
    #[query]
    pub fn place_or_refuse(&self, row: u16, seat: i32) -> Result<Place, Error> {
        self.places.get(&(row, seat)).ok_or(Error::NoPlace { row, seat })
    }

    /// Seats of a row, from one on.
    #[query]
    pub fn seats(&self, row: u16, from: i32, down: bool, limit: u32) -> Vec<(i32, AccountId)> {
        let order = if down { Order::Descending } else { Order::Ascending };
        let page = self.places.page((row, from)..=(row, i32::MAX), order, limit);
        page.into_iter().map(|((_, seat), place)| (seat, place.holder)).collect()
    }

    /// What the context says.
    #[query]
    pub fn sees(&self, ctx: &View) -> (AccountId, TimeMs, ContractId, Amount) {
        assert_eq!(ctx.height(), Height(42));
        let balance = ctx.balance(self.asset.get());
        (ctx.caller(), ctx.time(), ctx.contract(), balance)
    }

    /// Reads what nobody has written.
    #[query]
    pub fn unset(&self) -> ContractId {
        let _ = self.names.first();
        self.other.get()
    }

    /// Has arguments that are called as the generated code might call its own.
    #[call(auth = argument(context), accepts(contract))]
    pub fn names(&mut self, context: AccountId, contract: AssetId, result: u8, types: u8) -> u8 {
        let _ = (context, contract);
        result + types
    }

    /// Is no method.
    fn _helper(&self) {}
}

fn alloc_text(found: bool) -> String {
    if found { "found" } else { "none" }.into()
}
