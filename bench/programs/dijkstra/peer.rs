use std::cmp::Reverse;
use std::collections::BinaryHeap;

const SIZE: usize = 1_000;

/// What it costs to enter each cell: 1 to 9.
fn costs(n: usize) -> Vec<u64> {
    let mut state = 42u64;
    let mut next = || {
        state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
        state / 65_536 % 9 + 1
    };
    (0..n * n).map(|_| next()).collect()
}

/// The least cost of a way from the first cell to each.
fn distances(costs: &[u64], n: usize) -> Vec<u64> {
    let mut distance = vec![u64::MAX; n * n];
    let mut queue = BinaryHeap::new();
    distance[0] = 0;
    queue.push(Reverse((0, 0)));
    while let Some(Reverse((d, cell))) = queue.pop() {
        if d > distance[cell] {
            continue;
        }
        let (row, column) = (cell / n, cell % n);
        let mut visit = |next: usize| {
            let through = d + costs[next];
            if through < distance[next] {
                distance[next] = through;
                queue.push(Reverse((through, next)));
            }
        };
        if row > 0 {
            visit(cell - n);
        }
        if row + 1 < n {
            visit(cell + n);
        }
        if column > 0 {
            visit(cell - 1);
        }
        if column + 1 < n {
            visit(cell + 1);
        }
    }
    distance
}

fn main() {
    let costs = costs(SIZE);
    let distance = distances(&costs, SIZE);
    let farthest = distance.iter().max().unwrap_or(&0);
    let sum: u64 = distance.iter().sum();
    println!("to the last cell {}, to the farthest {farthest}, sum {sum}", distance[SIZE * SIZE - 1]);
}
