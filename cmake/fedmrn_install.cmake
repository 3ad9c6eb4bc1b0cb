# cmake --install: headers, both libraries, the program, and what finds them. The tree may be moved
# afterwards.
include(CMakePackageConfigHelpers)
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/fedmrn)
set(made ${PROJECT_BINARY_DIR}/package)

if(TARGET fedmrn_mpi)
  install(DIRECTORY include/fedmrn DESTINATION include)
  install(TARGETS fedmrn_mpi EXPORT mpi)
  install(EXPORT mpi NAMESPACE fedmrn:: FILE fedmrn-mpi.cmake DESTINATION ${package})
else()
  install(DIRECTORY include/fedmrn DESTINATION include PATTERN mpi.hpp EXCLUDE)
endif()
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright)
install(TARGETS fedmrn_cli)
install(TARGETS fedmrn_api EXPORT api)
install(TARGETS fedmrn_shared EXPORT shared)
install(TARGETS fedmrn_static EXPORT static)
foreach(kind api shared static)
  install(EXPORT ${kind} NAMESPACE fedmrn:: FILE fedmrn-${kind}.cmake DESTINATION ${package})
endforeach()

configure_package_config_file(cmake/fedmrnConfig.cmake.in ${made}/fedmrnConfig.cmake
  INSTALL_DESTINATION ${package} NO_SET_AND_CHECK_MACRO)
# Before 1.0 another minor version is another interface.
write_basic_package_version_file(${made}/fedmrnConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${made}/fedmrnConfig.cmake ${made}/fedmrnConfigVersion.cmake
  cmake/fedmrn_file_formats.cmake DESTINATION ${package})

# The prefix is where the file lies.
cmake_path(SET up NORMALIZE "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
string(REGEX REPLACE "[^/]+" ".." up ${up})
configure_file(cmake/fedmrn.pc.in ${made}/fedmrn.pc @ONLY)
install(FILES ${made}/fedmrn.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
