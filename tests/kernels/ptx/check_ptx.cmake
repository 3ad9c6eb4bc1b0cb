# cmake -DPTX=file|file… -P check_ptx.cmake: in no file may an operation on floats be anything but
# one that is correctly rounded and stands for itself. PTX says so in the instruction: with .rn the
# assembler may not contract it with another, without a rounding it may.
set(float "[a-z0-9.]*\\.(f16|bf16|f32|f64)")
set(refused
  "(fma|mad)${float}"                                        # a product and a sum, rounded once
  "(add|sub|mul)\\.(sat\\.)?(f16|bf16|f32|f64)"              # no rounding said: may be contracted
  "(add|sub|mul|div|rcp|sqrt|fma)\\.(rz|rm|rp|full)${float}" # rounded otherwise
  "[a-z0-9.]+\\.approx[.a-z0-9]*"
  "[a-z0-9.]+\\.ftz[.a-z0-9]*")

string(REPLACE "|" ";" files "${PTX}")
foreach(file ${files})
  file(READ ${file} text)
  if(NOT text MATCHES "\\.entry" OR NOT text MATCHES "\\.target")
    message(FATAL_ERROR "${file}: no kernel in it")
  endif()
  # nvcc's division of 128-bit integers begins with a guess, made from bits and turned back into
  # bits at once, which the rest of it corrects: the quotient does not depend on it.
  string(REGEX REPLACE
    "mov\\.b32[ \t]+%f[0-9]+, %r[0-9]+;\n[ \t]*rcp\\.approx\\.f32[ \t]+[^\n]*;\n[ \t]*mov\\.b32[ \t]+%r[0-9]+, %f[0-9]+;"
    "" text "${text}")
  set(found)
  foreach(pattern ${refused})
    string(REGEX MATCHALL "[ \t]${pattern}[^\n;]*" lines "${text}")
    list(APPEND found ${lines})
  endforeach()
  if(found)
    list(REMOVE_DUPLICATES found)
    list(JOIN found " | " found)
    string(REGEX REPLACE "[ \t]+" " " found "${found}")
    message("${file}: not rounded as written: ${found}") # an error's text would be wrapped
    message(FATAL_ERROR "a kernel of level bits may give other bits elsewhere")
  endif()
  string(REGEX MATCHALL "\\.entry" kernels "${text}")
  string(REGEX MATCHALL "(add|sub|mul|div|sqrt)\\.rn\\.f(32|64)" operations "${text}")
  list(LENGTH kernels kernels)
  list(LENGTH operations operations)
  get_filename_component(name ${file} NAME)
  message(STATUS "${name}: ${kernels} kernels, ${operations} float operations, all .rn")
endforeach()
