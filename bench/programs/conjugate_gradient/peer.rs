const SIZE: usize = 500;
const TOLERANCE: f64 = 1e-8;

/// The product of the five-point Laplacian of a square and a vector, without the matrix.
fn laplacian(x: &[f64], out: &mut [f64], n: usize) {
    for row in 0..n {
        for column in 0..n {
            let i = row * n + column;
            let mut value = 4.0 * x[i];
            if row > 0 {
                value -= x[i - n];
            }
            if row + 1 < n {
                value -= x[i + n];
            }
            if column > 0 {
                value -= x[i - 1];
            }
            if column + 1 < n {
                value -= x[i + 1];
            }
            out[i] = value;
        }
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// Solves A x = b; x and the number of steps.
fn solve(b: &[f64], n: usize) -> (Vec<f64>, usize) {
    let mut x = vec![0.0; b.len()];
    let mut residual = b.to_vec();
    let mut direction = b.to_vec();
    let mut product = vec![0.0; b.len()];
    let mut norm2 = dot(&residual, &residual);
    let wanted = TOLERANCE * TOLERANCE * norm2;
    let mut steps = 0;
    while norm2 > wanted {
        laplacian(&direction, &mut product, n);
        let alpha = norm2 / dot(&direction, &product);
        for (x, d) in x.iter_mut().zip(&direction) {
            *x += alpha * d;
        }
        for (r, p) in residual.iter_mut().zip(&product) {
            *r -= alpha * p;
        }
        let next = dot(&residual, &residual);
        let beta = next / norm2;
        for (d, r) in direction.iter_mut().zip(&residual) {
            *d = r + beta * *d;
        }
        norm2 = next;
        steps += 1;
    }
    (x, steps)
}

fn main() {
    let b = vec![1.0; SIZE * SIZE];
    let (x, steps) = solve(&b, SIZE);
    let greatest = x.iter().copied().fold(0.0, f64::max);
    // Within two steps of one another, whatever order the sums are made in.
    let about = steps.div_ceil(10) * 10;
    println!("about {about} steps, norm {:.4}, greatest {:.4}", dot(&x, &x).sqrt(), greatest);
}
