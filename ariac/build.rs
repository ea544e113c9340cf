//! Builds the C++ shim that makes LLD a function of the compiler.

use std::env;
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=lld/lld.cpp");
    println!("cargo:rerun-if-changed=lld/targets.c");
    println!("cargo:rerun-if-env-changed=LLVM_SYS_221_PREFIX");
    let prefix = env::var("LLVM_SYS_221_PREFIX").unwrap_or_else(|_| "/usr/lib/llvm-22".to_owned());
    let config = format!("{prefix}/bin/llvm-config");
    let ask = |what: &str| -> String {
        let output = Command::new(&config).arg(what).output();
        let output = output.unwrap_or_else(|e| {
            panic!("cannot run {config} ({e}): install llvm-22-dev and liblld-22-dev")
        });
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    };
    cc::Build::new()
        .cpp(true)
        .std("c++17")
        .file("lld/lld.cpp")
        .include(ask("--includedir"))
        .flag("-fno-rtti")
        .flag("-fno-exceptions")
        .opt_level(2)
        .warnings(false)
        .compile("aria_lld");
    // The order matters: LLD's references to initialisers must meet the empty ones before LLVM's own.
    println!("cargo:rustc-link-search=native={}", ask("--libdir"));
    println!("cargo:rustc-link-lib=static=lldELF");
    println!("cargo:rustc-link-lib=static=lldCommon");
    cc::Build::new()
        .file("lld/targets.c")
        .opt_level(2)
        .compile("aria_targets");
}
