# Every flag of the project hangs on three interface targets.
#
# fedmrn_api is what a program that links the library gets: its headers and C++20, and nothing else.
add_library(fedmrn_api INTERFACE)
set_target_properties(fedmrn_api PROPERTIES EXPORT_NAME api)
target_compile_features(fedmrn_api INTERFACE cxx_std_20)
target_include_directories(fedmrn_api INTERFACE
  $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:include>)

# fedmrn_exact owns what can change a bit: no contraction of a*b+c, no fast-math. It is linked by
# everything that includes a formula. (-fno-math-errno lets √ become one instruction, and
# -fno-trapping-math a choice between two results one of vectors: nobody reads errno or the
# processor's flags, and the bits are the same.)
add_library(fedmrn_exact INTERFACE)
target_compile_options(fedmrn_exact INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-ffp-contract=off -fno-math-errno -fno-trapping-math>
  $<$<COMPILE_LANGUAGE:CUDA>:--fmad=false -Xcompiler=-ffp-contract=off>)

# fedmrn_options is for what is built here, and never installed: warnings, the building machine's
# instructions, sanitizers, and the source root as a place of headers.
add_library(fedmrn_options INTERFACE)
target_link_libraries(fedmrn_options INTERFACE fedmrn_exact)
target_include_directories(fedmrn_options INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/include)
target_compile_options(fedmrn_options INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wno-psabi>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU") # false alarms of g++ 12 on std::string (GCC bug 105651)
  target_compile_options(fedmrn_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wno-restrict>)
endif()
if(FEDMRN_CUDA) # for tests and benchmarks alone: the engine asks at run time
  target_compile_definitions(fedmrn_options INTERFACE FEDMRN_WITH_CUDA)
endif()
if(FEDMRN_NATIVE)
  target_compile_options(fedmrn_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-march=native>)
endif()
if(FEDMRN_SANITIZE)
  target_compile_options(fedmrn_options INTERFACE
    $<$<COMPILE_LANGUAGE:CXX>:-fsanitize=${FEDMRN_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer>)
  target_link_options(fedmrn_options INTERFACE -fsanitize=${FEDMRN_SANITIZE})
endif()

# Objects that a shared library takes as well as a static one. Only what include/fedmrn declares is
# visible in it (a pragma there says so), and nothing of it can be replaced from outside: calls within
# the library stay as direct as in a program.
function(fedmrn_library_objects target)
  set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON
    CXX_VISIBILITY_PRESET hidden CUDA_VISIBILITY_PRESET hidden)
  target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-fno-semantic-interposition>)
endfunction()
