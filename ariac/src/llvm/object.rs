//! Machine code: an object file in memory, or its assembly as text.

use super::LlvmError;
use inkwell::module::Module;
use inkwell::targets::{FileType, TargetMachine};

/// The module as an ELF object.
pub(super) fn object(module: &Module<'_>, machine: &TargetMachine) -> Result<Vec<u8>, LlvmError> {
    emit(module, machine, FileType::Object)
}

/// The module as assembly.
pub(super) fn assembly(module: &Module<'_>, machine: &TargetMachine) -> Result<String, LlvmError> {
    let text = emit(module, machine, FileType::Assembly)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

fn emit(
    module: &Module<'_>,
    machine: &TargetMachine,
    kind: FileType,
) -> Result<Vec<u8>, LlvmError> {
    let buffer = machine
        .write_to_memory_buffer(module, kind)
        .map_err(|e| LlvmError::new("emit", e))?;
    Ok(buffer.as_slice().to_vec())
}
