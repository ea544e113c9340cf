// The linker as a function: LLD's ELF driver behind one C symbol.
//
// `aria_lld_link` links once with `args` (argv style, "ld.lld" first), writes what LLD says to `diagnostics` through
// `sink`, and returns LLD's exit code. LLD keeps global state, and is not re-entrant: one call at a time.

#include "lld/Common/CommonLinkerContext.h"
#include "lld/Common/Driver.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/raw_ostream.h"
#include <string>

LLD_HAS_DRIVER(elf)

extern "C" int aria_lld_link(const char *const *args, size_t count, void (*sink)(void *, const char *, size_t),
                             void *context) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  const lld::DriverDef drivers[] = {{lld::Gnu, &lld::elf::link}};
  const lld::Result result =
      lld::lldMain(llvm::ArrayRef<const char *>(args, count), stream, stream, drivers);
  stream.flush();
  sink(context, text.data(), text.size());
  return result.retCode;
}
