# The library that other programs link: libfedmrn.so and libfedmrn.a, of the objects that the tests
# link too. Nothing is compiled for them, and what links them gets fedmrn_api alone. In the tree they
# are called fedmrn::fedmrn and fedmrn::static, as they are where they are installed.
# What only the program does stays out: it writes to a terminal, and a second signal ends it.
set(of_program "fedmrn.dir/(./)?(report|run|compare|base/signals|base/terminal)")
set(objects $<FILTER:$<TARGET_OBJECTS:fedmrn>,EXCLUDE,${of_program}>
  $<TARGET_OBJECTS:fedmrn_kernels> $<TARGET_OBJECTS:fedmrn_cuda>)
set(needed DNNL::dnnl gomp ZLIB::ZLIB fmt::fmt tomlplusplus::tomlplusplus Threads::Threads)
if(FEDMRN_CUDA)
  list(APPEND needed CUDA::cudart_static)
endif()
set(folder ${PROJECT_BINARY_DIR}/lib)

add_library(fedmrn_shared SHARED ${objects})
add_library(fedmrn::fedmrn ALIAS fedmrn_shared)
set(symbols ${PROJECT_SOURCE_DIR}/cmake/fedmrn.map)
set_target_properties(fedmrn_shared PROPERTIES EXPORT_NAME fedmrn LINK_DEPENDS ${symbols}
  VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
target_link_options(fedmrn_shared PRIVATE LINKER:--version-script=${symbols} LINKER:--no-undefined)
if(FEDMRN_SANITIZE) # a list of several has a comma, which no generator expression takes
  target_link_options(fedmrn_shared PRIVATE -fsanitize=${FEDMRN_SANITIZE})
endif()
target_link_libraries(fedmrn_shared PUBLIC fedmrn_api
  PRIVATE ${FEDMRN_MATIO_SHARED} ${FEDMRN_HDF5_SHARED} ${needed})

add_library(fedmrn_static STATIC ${objects})
add_library(fedmrn::static ALIAS fedmrn_static)
set_target_properties(fedmrn_static PROPERTIES EXPORT_NAME static)
target_link_libraries(fedmrn_static PUBLIC fedmrn_api PRIVATE fedmrn_file_formats ${needed})

foreach(library fedmrn_shared fedmrn_static)
  set_target_properties(${library} PROPERTIES OUTPUT_NAME fedmrn LINKER_LANGUAGE CXX
    LIBRARY_OUTPUT_DIRECTORY ${folder} ARCHIVE_OUTPUT_DIRECTORY ${folder})
endforeach()
