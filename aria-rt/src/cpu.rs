//! Which of a module's CPU levels to run: the x86-64 psABI's levels 1 to 4, the best that was compiled and the CPU has,
//! or what `ARIA_CPU_LEVEL` asks for.

use std::ffi::CStr;

/// The highest level that this CPU (and the operating system) supports.
#[cfg(target_arch = "x86_64")]
fn supported() -> u32 {
    macro_rules! all {
        ($($feature:tt)*) => { $(std::is_x86_feature_detected!($feature))&&* };
    }
    if !all!("cmpxchg16b" "popcnt" "sse3" "sse4.1" "sse4.2" "ssse3") {
        1
    } else if !all!("avx" "avx2" "bmi1" "bmi2" "f16c" "fma" "lzcnt" "movbe") {
        2
    } else if !all!("avx512f" "avx512bw" "avx512cd" "avx512dq" "avx512vl") {
        3
    } else {
        4
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn supported() -> u32 {
    1
}

/// The index into `levels` (ascending) of the code to run, or why there is none.
pub(crate) fn choose(levels: &[u32]) -> Result<usize, String> {
    let asked = std::env::var("ARIA_CPU_LEVEL")
        .ok()
        .filter(|value| !value.is_empty());
    choose_for(levels, supported(), asked.as_deref())
}

fn choose_for(levels: &[u32], supported: u32, asked: Option<&str>) -> Result<usize, String> {
    let ceiling = match asked {
        None => supported,
        Some(name) => {
            let level = parse(name).ok_or_else(|| {
                format!("ARIA_CPU_LEVEL is '{name}'; it takes 1 to 4, or x86-64, x86-64-v2, x86-64-v3, x86-64-v4")
            })?;
            if level > supported {
                return Err(format!(
                    "ARIA_CPU_LEVEL asks for {}, but this CPU has {} only",
                    name_of(level),
                    name_of(supported)
                ));
            }
            level
        }
    };
    levels
        .iter()
        .rposition(|&level| level <= ceiling)
        .ok_or_else(|| {
            let least = levels.first().copied().unwrap_or(1);
            format!(
                "this module was compiled for {} and newer, but is to run on {}",
                name_of(least),
                name_of(ceiling)
            )
        })
}

fn parse(name: &str) -> Option<u32> {
    match name {
        "1" | "x86-64" | "x86-64-v1" => Some(1),
        "2" | "x86-64-v2" => Some(2),
        "3" | "x86-64-v3" => Some(3),
        "4" | "x86-64-v4" => Some(4),
        _ => None,
    }
}

/// A level's name, as compilers call it.
pub(crate) fn c_name(level: u32) -> &'static CStr {
    match level {
        2 => c"x86-64-v2",
        3 => c"x86-64-v3",
        4 => c"x86-64-v4",
        _ => c"x86-64",
    }
}

fn name_of(level: u32) -> &'static str {
    c_name(level).to_str().unwrap_or("x86-64")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_that_is_there() {
        assert_eq!(choose_for(&[1, 3, 4], 3, None), Ok(1));
        assert_eq!(choose_for(&[1, 3, 4], 4, None), Ok(2));
        assert_eq!(choose_for(&[1, 3, 4], 2, None), Ok(0));
        assert_eq!(choose_for(&[1, 3, 4], 4, Some("x86-64-v3")), Ok(1));
        assert_eq!(choose_for(&[1, 4], 4, Some("3")), Ok(0));
    }

    #[test]
    fn what_cannot_run_is_refused() {
        assert!(choose_for(&[1, 3], 2, Some("3")).is_err_and(|why| why.contains("x86-64-v2 only")));
        assert!(choose_for(&[3], 2, None).is_err_and(|why| why.contains("compiled for x86-64-v3")));
        assert!(choose_for(&[1], 4, Some("fast")).is_err_and(|why| why.contains("'fast'")));
    }
}
