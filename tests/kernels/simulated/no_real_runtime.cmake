# cmake -DPROGRAM=… -DNM=… -P no_real_runtime.cmake: the program has the simulator's runtime, and
# nothing of nvcc's or NVIDIA's.
execute_process(COMMAND ${NM} --defined-only ${PROGRAM} OUTPUT_VARIABLE symbols RESULT_VARIABLE result)
if(NOT result EQUAL 0 OR NOT symbols MATCHES " T cudaMalloc")
  message(FATAL_ERROR "${PROGRAM}: no simulated runtime in it")
endif()
if(symbols MATCHES "__cudaRegister[A-Za-z]*|fatbin[A-Za-z]*")
  message(FATAL_ERROR "${PROGRAM}: the real CUDA runtime is linked: ${CMAKE_MATCH_0}")
endif()
