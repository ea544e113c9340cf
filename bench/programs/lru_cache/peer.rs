use std::collections::HashMap;

const SIZE: usize = 5_000_000;
const CAPACITY: usize = 20_000;
const KEYS: u64 = 100_000;
const NONE: usize = usize::MAX;

struct Node {
    key: u64,
    value: u64,
    newer: usize,
    older: usize,
}

/// Keeps the values that were used last.
struct Cache {
    capacity: usize,
    index: HashMap<u64, usize>,
    nodes: Vec<Node>,
    newest: usize,
    oldest: usize,
}

impl Cache {
    fn new(capacity: usize) -> Cache {
        Cache {
            capacity,
            index: HashMap::new(),
            nodes: Vec::new(),
            newest: NONE,
            oldest: NONE,
        }
    }

    fn get(&mut self, key: u64) -> Option<u64> {
        let node = *self.index.get(&key)?;
        self.unlink(node);
        self.link(node);
        Some(self.nodes[node].value)
    }

    fn put(&mut self, key: u64, value: u64) {
        if let Some(&node) = self.index.get(&key) {
            self.nodes[node].value = value;
            self.unlink(node);
            self.link(node);
            return;
        }
        let node = if self.nodes.len() < self.capacity {
            self.nodes.push(Node { key, value, newer: NONE, older: NONE });
            self.nodes.len() - 1
        } else {
            let node = self.oldest;
            self.unlink(node);
            self.index.remove(&self.nodes[node].key);
            self.nodes[node].key = key;
            self.nodes[node].value = value;
            node
        };
        self.index.insert(key, node);
        self.link(node);
    }

    fn unlink(&mut self, node: usize) {
        let (newer, older) = (self.nodes[node].newer, self.nodes[node].older);
        match newer {
            NONE => self.newest = older,
            newer => self.nodes[newer].older = older,
        }
        match older {
            NONE => self.oldest = newer,
            older => self.nodes[older].newer = newer,
        }
    }

    fn link(&mut self, node: usize) {
        self.nodes[node].newer = NONE;
        self.nodes[node].older = self.newest;
        match self.newest {
            NONE => self.oldest = node,
            newest => self.nodes[newest].newer = node,
        }
        self.newest = node;
    }
}

struct Random(u64);

impl Random {
    fn next(&mut self, below: u64) -> u64 {
        self.0 = (self.0 * 1_103_515_245 + 12_345) % 2_147_483_648;
        self.0 / 1_024 % below
    }
}

fn main() {
    let mut cache = Cache::new(CAPACITY);
    let mut random = Random(42);
    let (mut hits, mut sum) = (0, 0);
    for turn in 0..SIZE as u64 {
        // Small keys are wanted more often.
        let below = random.next(KEYS) + 1;
        let key = random.next(below);
        match cache.get(key) {
            Some(value) => {
                hits += 1;
                sum = (sum + value) % 1_000_000_007;
            }
            None => cache.put(key, key * 7 + turn),
        }
    }
    println!("{hits} hits, {} misses, sum {sum}", SIZE - hits);
}
