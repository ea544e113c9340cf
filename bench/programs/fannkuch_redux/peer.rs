const SIZE: usize = 10;

/// The checksum and the greatest number of flips.
fn fannkuch(n: usize) -> (i64, usize) {
    let mut permutation: Vec<usize> = (0..n).collect();
    let mut flipped = vec![0; n];
    let mut count = vec![0; n];
    let (mut checksum, mut most) = (0, 0);
    let mut even = true;
    let mut r = n;
    loop {
        while r > 1 {
            count[r - 1] = r;
            r -= 1;
        }
        if permutation[0] != 0 {
            flipped.copy_from_slice(&permutation);
            let mut flips = 0;
            let mut first = flipped[0];
            while first != 0 {
                flipped[..=first].reverse();
                flips += 1;
                first = flipped[0];
            }
            most = most.max(flips);
            checksum += if even { flips as i64 } else { -(flips as i64) };
        }
        loop {
            if r == n {
                return (checksum, most);
            }
            let first = permutation[0];
            for i in 0..r {
                permutation[i] = permutation[i + 1];
            }
            permutation[r] = first;
            count[r] -= 1;
            if count[r] > 0 {
                break;
            }
            r += 1;
        }
        even = !even;
    }
}

fn main() {
    let (checksum, most) = fannkuch(SIZE);
    println!("{checksum}\nPfannkuchen({SIZE}) = {most}");
}
