# gpu_bundle: everything that scripts/gpu-check.sh runs, for a machine that has a GPU, CUDA 13's
# libraries and glibc, and nothing else of ours: a folder and one archive of it. pack_bundle.cmake
# does the work once the programs are built.
if(NOT FEDMRN_CUDA OR NOT FEDMRN_TESTS OR NOT FEDMRN_BENCH)
  message(FATAL_ERROR "FEDMRN_BUNDLE needs FEDMRN_CUDA, FEDMRN_TESTS and FEDMRN_BENCH: use the preset gpu-bundle")
endif()
get_property(programs GLOBAL PROPERTY FEDMRN_PROGRAMS)
list(APPEND programs fedmrn_cli fedmrn_bits_O0)
set(files)
foreach(program ${programs})
  list(APPEND files $<TARGET_FILE:${program}>)
endforeach()
add_custom_target(gpu_bundle
  COMMAND ${CMAKE_COMMAND}
    -D "PROGRAMS=${files}"
    -D SOURCE=${PROJECT_SOURCE_DIR}
    -D BUNDLE=${PROJECT_BINARY_DIR}/bundle
    -D STRIP=${CMAKE_STRIP}
    -P ${CMAKE_CURRENT_LIST_DIR}/pack_bundle.cmake
  VERBATIM)
add_dependencies(gpu_bundle ${programs})
