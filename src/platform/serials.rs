//! Serial numbers that many transactions take at once without waiting for each other.
//!
//! A process reserves a block of numbers in a transaction of its own and hands them out from memory. Numbers are
//! unique and grow; a restart leaves a gap, which is harmless.

use std::{collections::HashMap, sync::Arc};

use ::entity::serial_block;
use sea_orm::{
    ActiveValue::Set,
    EntityTrait,
    sea_query::{Expr, ExprTrait, OnConflict},
};
use tokio::sync::Mutex;

use crate::platform::db::{Db, Failure};

/// Numbers reserved at once.
const BLOCK: i64 = 500;
/// Prefixes remembered; older days are forgotten.
const REMEMBERED: usize = 1_000;

/// Hands out serial numbers.
#[derive(Clone, Debug, Default)]
pub struct Serials {
    blocks: Arc<Mutex<HashMap<String, std::ops::Range<i64>>>>,
}

impl Serials {
    /// The next number of this prefix, from 1.
    pub async fn next(&self, db: &Db, prefix: &str) -> Result<i64, Failure> {
        let mut blocks = self.blocks.lock().await;
        if let Some(serial) = blocks.get_mut(prefix).and_then(Iterator::next) {
            return Ok(serial);
        }
        let mut block = reserve(db, prefix).await?;
        let serial = block.next().unwrap_or(block.start);
        if blocks.len() >= REMEMBERED {
            blocks.clear();
        }
        blocks.insert(prefix.to_owned(), block);
        Ok(serial)
    }
}

async fn reserve(db: &Db, prefix: &str) -> Result<std::ops::Range<i64>, Failure> {
    let tx = db.begin().await?;
    let row = serial_block::ActiveModel { prefix: Set(prefix.to_owned()), next_serial: Set(1 + BLOCK) };
    let advanced = Expr::col((serial_block::Entity, serial_block::Column::NextSerial)).add(BLOCK);
    let reserved = serial_block::Entity::insert(row)
        .on_conflict(
            OnConflict::column(serial_block::Column::Prefix)
                .value(serial_block::Column::NextSerial, advanced)
                .to_owned(),
        )
        .exec_with_returning(&tx)
        .await?;
    tx.commit().await?;
    Ok(reserved.next_serial - BLOCK..reserved.next_serial)
}
