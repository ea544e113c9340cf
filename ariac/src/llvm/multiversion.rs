//! CPU levels: every function is compiled once for each, side by side in one module.
//!
//! A function of the lowest level of a build is named `aria.NAME`; the others carry the level's suffix, `aria.NAME.v3`.

use super::context::ModuleCx;
use inkwell::attributes::AttributeLoc;
use inkwell::targets::TargetMachine;
use inkwell::values::FunctionValue;

/// A set of instructions that code may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Every x86-64: SSE2.
    Baseline,
    /// x86-64-v2: SSE4.2.
    V2,
    /// x86-64-v3: AVX2 and FMA.
    V3,
    /// x86-64-v4: AVX-512.
    V4,
    /// The CPU that the compiler runs on.
    Native,
}

impl Level {
    /// All levels, ascending; `Native` last.
    pub const ALL: &'static [Level] = &[
        Level::Baseline,
        Level::V2,
        Level::V3,
        Level::V4,
        Level::Native,
    ];

    /// The name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Level::Baseline => "x86-64",
            Level::V2 => "x86-64-v2",
            Level::V3 => "x86-64-v3",
            Level::V4 => "x86-64-v4",
            Level::Native => "native",
        }
    }

    /// The level with this name; `baseline`, `v2`, `v3` and `v4` are understood as well.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Level> {
        if name == "baseline" {
            return Some(Level::Baseline);
        }
        let named = |level: &&Level| level.name() == name || level.suffix() == name;
        Level::ALL.iter().find(named).copied()
    }

    /// The number in [`aria_abi::layout::ModuleSpec::levels`]. `Native` has the baseline's: it is chosen always.
    #[must_use]
    pub fn code(self) -> u32 {
        match self {
            Level::Baseline | Level::Native => 1,
            Level::V2 => 2,
            Level::V3 => 3,
            Level::V4 => 4,
        }
    }

    /// What is added to a function's symbol, after a dot.
    #[must_use]
    pub fn suffix(self) -> &'static str {
        match self {
            Level::Baseline => "v1",
            Level::V2 => "v2",
            Level::V3 => "v3",
            Level::V4 => "v4",
            Level::Native => "native",
        }
    }

    /// Whether a CPU that runs `self` runs code for `other` as well.
    #[must_use]
    pub fn includes(self, other: Level) -> bool {
        self == other || (self != Level::Native && other <= self)
    }

    /// The widest vector that code of this level works with, in bits.
    #[must_use]
    pub fn vector_bits(self) -> u32 {
        match self {
            Level::Baseline | Level::V2 => 128,
            Level::V3 => 256,
            Level::V4 => 512,
            Level::Native => Level::of_host().vector_bits(),
        }
    }

    /// The highest named level that the CPU of this process runs.
    #[must_use]
    pub fn of_host() -> Level {
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512cd")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512vl")
            {
                return Level::V4;
            }
            if is_x86_feature_detected!("avx2")
                && is_x86_feature_detected!("bmi2")
                && is_x86_feature_detected!("fma")
            {
                return Level::V3;
            }
            if is_x86_feature_detected!("sse4.2") {
                return Level::V2;
            }
        }
        Level::Baseline
    }
}

impl std::fmt::Display for Level {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// Lets a function use the instructions of a level.
pub fn target<'c>(cx: &ModuleCx<'c>, function: FunctionValue<'c>, level: Level) {
    let set = |key: &str, value: &str| {
        let attribute = cx.context.create_string_attribute(key, value);
        function.add_attribute(AttributeLoc::Function, attribute);
    };
    if level == Level::Native {
        set(
            "target-cpu",
            &TargetMachine::get_host_cpu_name().to_string_lossy(),
        );
        set(
            "target-features",
            &TargetMachine::get_host_cpu_features().to_string_lossy(),
        );
    } else {
        set("target-cpu", level.name());
    }
    if level.vector_bits() == 512 {
        set("prefer-vector-width", "512");
    }
}
