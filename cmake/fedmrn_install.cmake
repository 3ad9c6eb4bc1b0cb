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

# What stages and methods in three parts are written against: the headers of their rooms and of the
# contracts, as they are. What they declare is in the static library alone.
foreach(room kernels kernels/formula engine/base engine/message engine/method engine/stage)
  file(GLOB headers ${room}/*.hpp)
  install(FILES ${headers} DESTINATION include/fedmrn-parts/${room})
endforeach()
add_library(fedmrn_parts INTERFACE)
set_target_properties(fedmrn_parts PROPERTIES EXPORT_NAME parts)
target_link_libraries(fedmrn_parts INTERFACE fedmrn_static)
target_include_directories(fedmrn_parts INTERFACE $<INSTALL_INTERFACE:include/fedmrn-parts>)
target_compile_options(fedmrn_parts INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-ffp-contract=off>)
install(TARGETS fedmrn_parts EXPORT parts)

foreach(kind api shared static parts)
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
