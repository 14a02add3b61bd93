//! Prefixes known by convention (`oui-data/local.toml`): virtual machines, containers, addresses that routers share.

use std::sync::LazyLock;

use serde::Deserialize;

use super::{Block, Registry, start};

/// One prefix known by convention.
#[derive(Debug)]
pub(super) struct Convention {
    pub(super) block: Block,
    pub(super) name: String,
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    convention: Vec<Entry>,
}

/// One name, the starts of the addresses that it takes, and who says so.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    starts: Vec<String>,
    #[serde(rename = "source")]
    _source: String,
}

/// All of them, in the order of the file.
pub(super) static CONVENTIONS: LazyLock<Vec<Convention>> = LazyLock::new(|| {
    let written: Written = toml::from_str(include_str!("../../oui-data/local.toml")).expect("the test below reads the same file");
    let of_one = |entry: Entry| {
        let name = entry.name;
        entry.starts.into_iter().map(move |text| {
            let (first, bits) = start(&text).expect("the test below reads the same file");
            Convention { block: Block { first, bits, registry: Registry::Convention }, name: name.clone() }
        })
    };
    written.convention.into_iter().flat_map(of_one).collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_sound_and_says_nothing_twice() {
        let mut blocks: Vec<Block> = CONVENTIONS.iter().map(|convention| convention.block).collect();
        let all = blocks.len();
        assert!(all > 10);
        blocks.sort_by_key(|block| (block.first, block.bits));
        blocks.dedup();
        assert_eq!(blocks.len(), all);
        assert!(CONVENTIONS.iter().all(|convention| !convention.block.first.is_group()));
    }
}
