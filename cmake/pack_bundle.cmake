# cmake -D PROGRAMS=… -D SOURCE=… -D BUNDLE=… -D STRIP=… -P pack_bundle.cmake
# Fills the folder BUNDLE and writes BUNDLE.tar.xz. Programs find their libraries by the rpath
# $ORIGIN/../lib; the system's own (glibc) and CUDA's stay out.
set(limit 67108864) # bytes of the archive: 64 MiB
file(REMOVE_RECURSE ${BUNDLE} ${BUNDLE}.tar.xz)

file(INSTALL ${PROGRAMS} DESTINATION ${BUNDLE}/bin USE_SOURCE_PERMISSIONS MESSAGE_NEVER)
foreach(program ${PROGRAMS})
  cmake_path(GET program FILENAME name)
  execute_process(COMMAND ${STRIP} ${BUNDLE}/bin/${name} COMMAND_ERROR_IS_FATAL ANY)
endforeach()

file(GET_RUNTIME_DEPENDENCIES EXECUTABLES ${PROGRAMS}
  RESOLVED_DEPENDENCIES_VAR libraries UNRESOLVED_DEPENDENCIES_VAR unresolved
  PRE_EXCLUDE_REGEXES "^libcublas" "^libcuda" "^(ld-linux|libc|libm|libdl|librt|libpthread)[-.]")
if(unresolved)
  message(FATAL_ERROR "gpu_bundle: not found: ${unresolved}")
endif()
file(INSTALL ${libraries} DESTINATION ${BUNDLE}/lib FOLLOW_SYMLINK_CHAIN MESSAGE_NEVER)

file(INSTALL ${SOURCE}/scripts/gpu-check.sh ${SOURCE}/scripts/profile_table.py DESTINATION ${BUNDLE} USE_SOURCE_PERMISSIONS MESSAGE_NEVER)
file(INSTALL ${SOURCE}/experiments DESTINATION ${BUNDLE} MESSAGE_NEVER)
file(INSTALL ${SOURCE}/bench/peers DESTINATION ${BUNDLE}/bench USE_SOURCE_PERMISSIONS MESSAGE_NEVER
  PATTERN __pycache__ EXCLUDE)
file(INSTALL ${SOURCE}/tests/golden ${SOURCE}/tests/fuzz DESTINATION ${BUNDLE}/tests MESSAGE_NEVER)
foreach(folder $ENV{FEDMRN_DATA}/fashion-mnist /usr/share/datasets/fashion-mnist)
  file(GLOB data ${folder}/*-ubyte.gz)
  if(data)
    file(INSTALL ${data} DESTINATION ${BUNDLE}/data/fashion-mnist MESSAGE_NEVER)
    break()
  endif()
endforeach()

execute_process(COMMAND git -C ${SOURCE} describe --always --dirty --abbrev=12 --exclude=*
  OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
file(WRITE ${BUNDLE}/COMMIT "${commit}\n")

# Every program holds the same kernels, and all of them are more than the 8 MiB that xz looks back by
# itself: with a dictionary that holds the folder, they are packed once.
cmake_path(GET BUNDLE PARENT_PATH parent)
find_program(xz xz REQUIRED)
execute_process(COMMAND ${CMAKE_COMMAND} -E tar cf ${BUNDLE}.tar bundle
  WORKING_DIRECTORY ${parent} COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${xz} --force --threads=1 --lzma2=preset=6,dict=256MiB ${BUNDLE}.tar
  COMMAND_ERROR_IS_FATAL ANY)
file(SIZE ${BUNDLE}.tar.xz size)
math(EXPR mebibytes "${size} / 1048576 + 1")
if(size GREATER ${limit})
  message(FATAL_ERROR "gpu_bundle: ${BUNDLE}.tar.xz has ${mebibytes} MiB, expected at most 64")
endif()
message(STATUS "gpu_bundle: ${BUNDLE}.tar.xz, ${mebibytes} MiB")
