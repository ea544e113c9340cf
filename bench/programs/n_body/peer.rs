use std::f64::consts::PI;

const SIZE: usize = 5_000_000;
const SOLAR_MASS: f64 = 4.0 * PI * PI;
const DAYS_PER_YEAR: f64 = 365.24;

#[derive(Clone, Copy)]
struct Body {
    position: [f64; 3],
    velocity: [f64; 3],
    mass: f64,
}

fn planet(position: [f64; 3], velocity: [f64; 3], mass: f64) -> Body {
    Body {
        position,
        velocity: velocity.map(|v| v * DAYS_PER_YEAR),
        mass: mass * SOLAR_MASS,
    }
}

fn solar_system() -> [Body; 5] {
    let mut bodies = [
        planet([0.0; 3], [0.0; 3], 1.0),
        planet(
            [4.84143144246472090e+00, -1.16032004402742839e+00, -1.03622044471123109e-01],
            [1.66007664274403694e-03, 7.69901118419740425e-03, -6.90460016972063023e-05],
            9.54791938424326609e-04,
        ),
        planet(
            [8.34336671824457987e+00, 4.12479856412430479e+00, -4.03523417114321381e-01],
            [-2.76742510726411831e-03, 4.99852801234917238e-03, 2.30417297573763929e-05],
            2.85885980666130812e-04,
        ),
        planet(
            [1.28943695621391310e+01, -1.51111514016986312e+01, -2.23307578892655734e-01],
            [2.96460137564761618e-03, 2.37847173959480950e-03, -2.96589568540237556e-05],
            4.36624404335156298e-05,
        ),
        planet(
            [1.53796971148509165e+01, -2.59193146099879641e+01, 1.79258772950371181e-01],
            [2.68067772490389322e-03, 1.62824170038242295e-03, -9.51592254519715870e-05],
            5.15138902046611451e-05,
        ),
    ];
    let mut momentum = [0.0; 3];
    for body in &bodies {
        for axis in 0..3 {
            momentum[axis] += body.velocity[axis] * body.mass;
        }
    }
    bodies[0].velocity = momentum.map(|p| -p / SOLAR_MASS);
    bodies
}

fn advance(bodies: &mut [Body; 5], dt: f64) {
    for i in 0..bodies.len() {
        let (head, tail) = bodies.split_at_mut(i + 1);
        let a = &mut head[i];
        for b in tail {
            let dx = a.position[0] - b.position[0];
            let dy = a.position[1] - b.position[1];
            let dz = a.position[2] - b.position[2];
            let distance2 = dx * dx + dy * dy + dz * dz;
            let magnitude = dt / (distance2 * distance2.sqrt());
            let (from_b, from_a) = (b.mass * magnitude, a.mass * magnitude);
            a.velocity[0] -= dx * from_b;
            a.velocity[1] -= dy * from_b;
            a.velocity[2] -= dz * from_b;
            b.velocity[0] += dx * from_a;
            b.velocity[1] += dy * from_a;
            b.velocity[2] += dz * from_a;
        }
    }
    for body in bodies {
        for axis in 0..3 {
            body.position[axis] += dt * body.velocity[axis];
        }
    }
}

fn energy(bodies: &[Body; 5]) -> f64 {
    let mut energy = 0.0;
    for (i, a) in bodies.iter().enumerate() {
        let speed2: f64 = a.velocity.iter().map(|v| v * v).sum();
        energy += 0.5 * a.mass * speed2;
        for b in &bodies[i + 1..] {
            let distance2: f64 = (0..3).map(|k| (a.position[k] - b.position[k]).powi(2)).sum();
            energy -= a.mass * b.mass / distance2.sqrt();
        }
    }
    energy
}

fn main() {
    let mut bodies = solar_system();
    println!("{:.9}", energy(&bodies));
    for _ in 0..SIZE {
        advance(&mut bodies, 0.01);
    }
    println!("{:.9}", energy(&bodies));
}
