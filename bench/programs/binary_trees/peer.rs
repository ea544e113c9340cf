const SIZE: u32 = 16;
const LEAST: u32 = 4;

struct Tree {
    left: Option<Box<Tree>>,
    right: Option<Box<Tree>>,
}

impl Tree {
    fn new(depth: u32) -> Tree {
        let child = || (depth > 0).then(|| Box::new(Tree::new(depth - 1)));
        Tree {
            left: child(),
            right: child(),
        }
    }

    fn count(&self) -> u32 {
        let below = |child: &Option<Box<Tree>>| child.as_ref().map_or(0, |tree| tree.count());
        1 + below(&self.left) + below(&self.right)
    }
}

fn main() {
    let greatest = SIZE.max(LEAST + 2);
    let stretch = greatest + 1;
    println!("stretch tree of depth {stretch}\t check: {}", Tree::new(stretch).count());
    let long_lived = Tree::new(greatest);
    for depth in (LEAST..=greatest).step_by(2) {
        let trees = 1 << (greatest - depth + LEAST);
        let nodes: u32 = (0..trees).map(|_| Tree::new(depth).count()).sum();
        println!("{trees}\t trees of depth {depth}\t check: {nodes}");
    }
    println!("long lived tree of depth {greatest}\t check: {}", long_lived.count());
}
