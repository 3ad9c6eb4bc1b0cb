# Debian packages; scripts/packages.txt lists them.
find_package(Threads REQUIRED)
find_package(dnnl REQUIRED CONFIG)
find_package(ZLIB REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(tomlplusplus REQUIRED)

# Files of data sets: HDF5 and MATLAB's. The archives come first: Debian's shared HDF5 brings libcurl,
# Kerberos, LDAP and 30 more libraries into every program, for servers that nothing here asks.
find_path(FEDMRN_HDF5_INCLUDE hdf5.h PATH_SUFFIXES hdf5/serial REQUIRED)
find_library(FEDMRN_HDF5 NAMES libhdf5.a hdf5 PATH_SUFFIXES hdf5/serial REQUIRED)
find_path(FEDMRN_MATIO_INCLUDE matio.h REQUIRED)
find_library(FEDMRN_MATIO NAMES libmatio.a matio REQUIRED)
find_library(FEDMRN_SZIP NAMES libsz.a sz) # what an HDF5 archive was built with
find_library(FEDMRN_AEC NAMES libaec.a aec)
add_library(fedmrn_file_formats INTERFACE)
target_include_directories(fedmrn_file_formats SYSTEM INTERFACE ${FEDMRN_HDF5_INCLUDE} ${FEDMRN_MATIO_INCLUDE})
target_link_libraries(fedmrn_file_formats INTERFACE ${FEDMRN_MATIO} ${FEDMRN_HDF5}
  $<$<BOOL:${FEDMRN_SZIP}>:${FEDMRN_SZIP}> $<$<BOOL:${FEDMRN_AEC}>:${FEDMRN_AEC}>
  ZLIB::ZLIB m ${CMAKE_DL_LIBS})
if(FEDMRN_MPI STREQUAL "AUTO")
  find_package(MPI QUIET COMPONENTS CXX)
elseif(FEDMRN_MPI)
  find_package(MPI REQUIRED COMPONENTS CXX)
endif()
if(FEDMRN_TESTS)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()
if(FEDMRN_BENCH)
  find_package(benchmark REQUIRED)
endif()
