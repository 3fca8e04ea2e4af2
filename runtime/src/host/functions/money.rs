//! The contract's own money.

use weal_types::{AccountId, Amount, AssetId};

use super::super::HostCall;
use crate::{
    fault::Stop,
    system::assets::{self, TransferRefusal},
};

pub fn balance(host: &mut HostCall<'_>, holder: u32, asset: u32, dst: u32) -> Result<(), Stop> {
    let (mut memory, frame, meter) = host.parts()?;
    let (holder, asset) = (AccountId(memory.array(holder)?), AssetId(memory.array(asset)?));
    let free = assets::free_balance(&mut frame.shared.borrow_mut(), meter, &holder, &asset)?;
    memory.write(dst, &free.0.to_le_bytes())
}

pub fn transfer(host: &mut HostCall<'_>, to: u32, asset: u32, amount: u32) -> Result<i32, Stop> {
    let (memory, frame, meter) = host.parts()?;
    let (to, asset) = (AccountId(memory.array(to)?), AssetId(memory.array(asset)?));
    let amount = Amount(u128::from_le_bytes(memory.array(amount)?));
    let from = frame.contract.account();
    let mut session = frame.shared.borrow_mut();
    match assets::transfer(&mut session, meter, &from, &to, &asset, amount) {
        Ok(()) => Ok(0),
        Err(stop) => match TransferRefusal::of(&stop) {
            Some(TransferRefusal::Insufficient) => Ok(1),
            Some(TransferRefusal::Asset) => Ok(2),
            None => Err(stop),
        },
    }
}
