# What `cmake --install` puts where, and the .deb that CPack makes of it.

include(CMakePackageConfigHelpers)

install(TARGETS pmem pmem_static EXPORT libpmem-targets
	ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
	LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS pmem_debug
	LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/pmem_debug)
install(FILES include/libpmem.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})

set(cmake_dir ${CMAKE_INSTALL_LIBDIR}/cmake/libpmem)
install(EXPORT libpmem-targets NAMESPACE libpmem:: DESTINATION ${cmake_dir})
configure_package_config_file(libpmem-config.cmake.in libpmem-config.cmake
	INSTALL_DESTINATION ${cmake_dir})
write_basic_package_version_file(libpmem-config-version.cmake
	COMPATIBILITY SameMajorVersion)
install(FILES
	${CMAKE_CURRENT_BINARY_DIR}/libpmem-config.cmake
	${CMAKE_CURRENT_BINARY_DIR}/libpmem-config-version.cmake
	DESTINATION ${cmake_dir})
# The .pc file finds the prefix from where it lies: the tree may be moved.
file(RELATIVE_PATH PMEM_PC_TO_PREFIX
	/${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(libpmem.pc.in libpmem.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/libpmem.pc
	DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

install(DIRECTORY man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man3
	FILES_MATCHING PATTERN "*.3")
install(DIRECTORY man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man7
	FILES_MATCHING PATTERN "*.7")
install(DIRECTORY examples/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples
	FILES_MATCHING PATTERN "*.c")
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

# Pages that describe several functions are reached by each function's name.
function(man_links page)
	foreach(name IN LISTS ARGN)
		set(link ${CMAKE_CURRENT_BINARY_DIR}/man/${name}.3)
		file(CREATE_LINK ${page}.3 ${link} SYMBOLIC)
		install(FILES ${link} DESTINATION ${CMAKE_INSTALL_MANDIR}/man3)
	endforeach()
endfunction()
file(MAKE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/man)
man_links(pmem_persist pmem_flush pmem_drain pmem_has_hw_drain)
man_links(pmem_deep_persist pmem_deep_flush pmem_deep_drain)
man_links(pmem_memmove pmem_memcpy pmem_memset
	pmem_memmove_persist pmem_memcpy_persist pmem_memset_persist
	pmem_memmove_nodrain pmem_memcpy_nodrain pmem_memset_nodrain)

# In /opt, so that it stands beside the distribution's libpmem1.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME libpmem-tuned)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "libpmem tuning harness authors")
set(CPACK_PACKAGING_INSTALL_PREFIX /opt/libpmem)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION libs)
set(CPACK_STRIP_FILES ON)
include(CPack)
