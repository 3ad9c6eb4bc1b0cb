# Files of data sets: HDF5 and MATLAB's. In programs the archives come first: Debian's shared HDF5
# brings libcurl, Kerberos, LDAP and 30 more libraries along, for servers that nothing here asks. A
# shared library has to take the shared ones, since Debian's archives cannot be moved in memory.
# Installed beside fedmrnConfig.cmake too, which finds the same files where the static library is used.
find_path(FEDMRN_HDF5_INCLUDE hdf5.h PATH_SUFFIXES hdf5/serial REQUIRED)
find_path(FEDMRN_MATIO_INCLUDE matio.h REQUIRED)
find_library(FEDMRN_HDF5 NAMES libhdf5.a hdf5 PATH_SUFFIXES hdf5/serial REQUIRED)
find_library(FEDMRN_MATIO NAMES libmatio.a matio REQUIRED)
find_library(FEDMRN_HDF5_SHARED NAMES hdf5 PATH_SUFFIXES hdf5/serial REQUIRED)
find_library(FEDMRN_MATIO_SHARED NAMES matio REQUIRED)
find_library(FEDMRN_SZIP NAMES libsz.a sz) # what an HDF5 archive was built with
find_library(FEDMRN_AEC NAMES libaec.a aec)
mark_as_advanced(FEDMRN_HDF5_INCLUDE FEDMRN_MATIO_INCLUDE FEDMRN_HDF5 FEDMRN_MATIO FEDMRN_HDF5_SHARED
  FEDMRN_MATIO_SHARED FEDMRN_SZIP FEDMRN_AEC)
add_library(fedmrn_file_formats INTERFACE IMPORTED)
target_include_directories(fedmrn_file_formats SYSTEM INTERFACE ${FEDMRN_HDF5_INCLUDE} ${FEDMRN_MATIO_INCLUDE})
target_link_libraries(fedmrn_file_formats INTERFACE ${FEDMRN_MATIO} ${FEDMRN_HDF5}
  $<$<BOOL:${FEDMRN_SZIP}>:${FEDMRN_SZIP}> $<$<BOOL:${FEDMRN_AEC}>:${FEDMRN_AEC}>
  ZLIB::ZLIB m ${CMAKE_DL_LIBS})
