# nvcc, and C++20 for it: CMake 3.25.1 does not know that nvcc 13 has it.
enable_language(CUDA)
if(NOT CMAKE_CUDA20_STANDARD_COMPILE_OPTION)
  set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION "-std=c++20")
  set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION "-std=c++20")
endif()
find_package(CUDAToolkit REQUIRED)

# A register that is spilled to memory is an error, of ptxas.
set(FEDMRN_PTXAS_FLAGS -Xptxas=--warn-on-spills,--warning-as-error)
