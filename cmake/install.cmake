# The installed package: headers, libraries, CMake package, pkg-config files. Nothing here changes how anything is compiled.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(valorem_package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/valorem")

install(TARGETS valorem EXPORT valorem_headers
  FILE_SET HEADERS DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(EXPORT valorem_headers FILE valorem-headers.cmake NAMESPACE valorem:: DESTINATION "${valorem_package_dir}")
install(FILES LICENSE DESTINATION "${CMAKE_INSTALL_DATADIR}/licenses/valorem")

set(version_file_options "")
if(VALOREM_BUILD_COMPILED)
  install(TARGETS valorem_compiled EXPORT valorem_compiled
    ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}"
    LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}"
    RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
  install(EXPORT valorem_compiled FILE valorem-compiled.cmake NAMESPACE valorem:: DESTINATION "${valorem_package_dir}")
else()
  set(version_file_options ARCH_INDEPENDENT)
endif()

configure_package_config_file(cmake/valorem-config.cmake.in "${PROJECT_BINARY_DIR}/valorem-config.cmake"
  INSTALL_DESTINATION "${valorem_package_dir}" NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/valorem-config-version.cmake"
  COMPATIBILITY SameMinorVersion ${version_file_options})
install(FILES "${PROJECT_BINARY_DIR}/valorem-config.cmake" "${PROJECT_BINARY_DIR}/valorem-config-version.cmake"
  DESTINATION "${valorem_package_dir}")

# pkg-config: the directories are written relative to the file, so that an installed tree may be moved.
set(valorem_pc_dir "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
set(valorem_pc_prefix "")
if(IS_ABSOLUTE "${valorem_pc_dir}")
  set(valorem_pc_prefix "${CMAKE_INSTALL_PREFIX}")
else()
  file(RELATIVE_PATH valorem_pc_prefix "/prefix/${valorem_pc_dir}" "/prefix")
  set(valorem_pc_prefix "\${pcfiledir}/${valorem_pc_prefix}")
endif()
foreach(kind include lib)
  string(TOUPPER ${kind} kind_name)
  if(IS_ABSOLUTE "${CMAKE_INSTALL_${kind_name}DIR}")
    set(valorem_pc_${kind}dir "${CMAKE_INSTALL_${kind_name}DIR}")
  else()
    set(valorem_pc_${kind}dir "\${prefix}/${CMAKE_INSTALL_${kind_name}DIR}")
  endif()
endforeach()
configure_file(cmake/valorem.pc.in "${PROJECT_BINARY_DIR}/valorem.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/valorem.pc" DESTINATION "${valorem_pc_dir}")
if(VALOREM_BUILD_COMPILED)
  set(valorem_pc_define "")
  if(BUILD_SHARED_LIBS)
    set(valorem_pc_define "-DVALOREM_SHARED")
  endif()
  configure_file(cmake/valorem-compiled.pc.in "${PROJECT_BINARY_DIR}/valorem-compiled.pc" @ONLY)
  install(FILES "${PROJECT_BINARY_DIR}/valorem-compiled.pc" DESTINATION "${valorem_pc_dir}")
endif()
