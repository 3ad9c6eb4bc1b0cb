# Every flag of the project hangs on two interface targets.
#
# fedmrn_exact owns what can change a bit: no contraction of a*b+c, no fast-math. It is linked by
# everything that includes a formula. (-fno-math-errno lets √ become one instruction; same bits.)
add_library(fedmrn_exact INTERFACE)
target_compile_options(fedmrn_exact INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-ffp-contract=off -fno-math-errno>
  $<$<COMPILE_LANGUAGE:CUDA>:--fmad=false -Xcompiler=-ffp-contract=off>)

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
