const SIZE: usize = 3_000;

fn element(i: usize, j: usize) -> f64 {
    1.0 / ((i + j) * (i + j + 1) / 2 + i + 1) as f64
}

fn times(v: &[f64], out: &mut [f64]) {
    for (i, x) in out.iter_mut().enumerate() {
        *x = v.iter().enumerate().map(|(j, y)| element(i, j) * y).sum();
    }
}

fn transposed_times(v: &[f64], out: &mut [f64]) {
    for (i, x) in out.iter_mut().enumerate() {
        *x = v.iter().enumerate().map(|(j, y)| element(j, i) * y).sum();
    }
}

fn both(v: &[f64], out: &mut [f64], between: &mut [f64]) {
    times(v, between);
    transposed_times(between, out);
}

fn main() {
    let mut u = vec![1.0; SIZE];
    let mut v = vec![0.0; SIZE];
    let mut between = vec![0.0; SIZE];
    for _ in 0..10 {
        both(&u, &mut v, &mut between);
        both(&v, &mut u, &mut between);
    }
    let uv: f64 = u.iter().zip(&v).map(|(a, b)| a * b).sum();
    let vv: f64 = v.iter().map(|b| b * b).sum();
    println!("{:.9}", (uv / vv).sqrt());
}
