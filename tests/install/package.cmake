# cmake -D WAY=<way> -D WORK=<folder> -D SOURCE=<checkout> ... -P package.cmake
#
#   static, shared           install the library, move the tree, find_package it, run; then by pkg-config
#   headers_only             install without the library, and consume it with no other package in sight
#   embedded                 add_subdirectory
#   embedded_headers_only    the same without the library
cmake_minimum_required(VERSION 3.25)

file(REMOVE_RECURSE "${WORK}")
file(MAKE_DIRECTORY "${WORK}")
file(COPY "${SOURCE}/tests/install/consumer" DESTINATION "${WORK}")
string(REGEX REPLACE "^([0-9]+\\.[0-9]+)\\..*" "\\1" wanted "${VERSION}")
string(REGEX REPLACE "^([0-9]+)\\..*" "\\1.9999" unwanted "${VERSION}")
# The library as one file, which a host may ask of all that it embeds.
set(how -G "${GENERATOR}" -D "CMAKE_CXX_COMPILER=${CXX}" -D "CMAKE_CXX_FLAGS=${CXX_FLAGS}" -D CMAKE_BUILD_TYPE=Debug
        -D CMAKE_CXX_FLAGS_DEBUG=-O0 -D CMAKE_UNITY_BUILD=ON -D CMAKE_UNITY_BUILD_BATCH_SIZE=0
        -D "CMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}")

function(run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE code OUTPUT_VARIABLE said ERROR_VARIABLE said)
  if(NOT code EQUAL 0)
    string(REPLACE ";" " " command "${ARGV}")
    message(NOTICE "${said}")
    message(FATAL_ERROR "failed (${code}): ${command}")
  endif()
  if(said MATCHES "^valorem ")
    message(STATUS "${said}")  # what the consumer's program printed
  endif()
endfunction()

# The library as it was built already, where BUILT names that build; else one made for the purpose.
function(install_as name)
  if(BUILT)
    run("${CMAKE_COMMAND}" --install "${BUILT}" --prefix "${WORK}/unmoved")
    file(RENAME "${WORK}/unmoved" "${WORK}/${name}")
    return()
  endif()
  run("${CMAKE_COMMAND}" -S "${SOURCE}" -B "${WORK}/${name}-build" ${how} -D CMAKE_INSTALL_PREFIX=${WORK}/unmoved
    -D VALOREM_BUILD_TESTS=OFF -D VALOREM_BUILD_BENCH=OFF -D VALOREM_BUILD_EXAMPLES=OFF ${ARGN})
  run("${CMAKE_COMMAND}" --build "${WORK}/${name}-build")
  run("${CMAKE_COMMAND}" --install "${WORK}/${name}-build")
  file(RENAME "${WORK}/unmoved" "${WORK}/${name}")  # an installed tree may be moved
endfunction()

function(consume name)
  run("${CMAKE_COMMAND}" -S "${WORK}/consumer" -B "${WORK}/${name}" ${how} -D VALOREM_WANTED=${wanted} -D VALOREM_UNWANTED=${unwanted} ${ARGN})
  run("${CMAKE_COMMAND}" --build "${WORK}/${name}")
  run("${WORK}/${name}/program/headers")
  if(NOT "EXPECT_COMPILED=OFF" IN_LIST ARGN)
    run("${WORK}/${name}/program/compiled")
  endif()
endfunction()

# examples/embed is a project of its own too, and its README shows what it prints.
function(embed_example)
  run("${CMAKE_COMMAND}" -S "${SOURCE}/examples/embed" -B "${WORK}/embed_example" ${how} ${ARGN})
  run("${CMAKE_COMMAND}" --build "${WORK}/embed_example")
  execute_process(COMMAND "${WORK}/embed_example/embed" OUTPUT_VARIABLE said COMMAND_ERROR_IS_FATAL ANY)
  file(READ "${SOURCE}/examples/embed/README.md" readme)
  string(FIND "${readme}" "```\n${said}```" at)
  if(at EQUAL -1)
    message(FATAL_ERROR "examples/embed/README.md does not show what the program prints:\n${said}")
  endif()
endfunction()

# By hand, with what pkg-config says and nothing else but the standard.
function(consume_by_pkg_config prefix)
  find_program(PKG_CONFIG pkg-config REQUIRED)
  file(GLOB_RECURSE pc "${prefix}/*/valorem.pc")
  cmake_path(GET pc PARENT_PATH pc_dir)
  set(ENV{PKG_CONFIG_PATH} "${pc_dir}")
  separate_arguments(own_flags UNIX_COMMAND "${CXX_FLAGS}")
  foreach(pair IN ITEMS "headers valorem" "compiled valorem-compiled")
    separate_arguments(pair)
    list(GET pair 0 program)
    list(GET pair 1 package)
    execute_process(COMMAND "${PKG_CONFIG}" --cflags --libs ${package} OUTPUT_VARIABLE flags COMMAND_ERROR_IS_FATAL ANY)
    separate_arguments(flags UNIX_COMMAND "${flags}")
    execute_process(COMMAND "${PKG_CONFIG}" --modversion ${package} OUTPUT_VARIABLE version OUTPUT_STRIP_TRAILING_WHITESPACE)
    if(NOT version STREQUAL VERSION)
      message(FATAL_ERROR "pkg-config says version '${version}' of ${package}, not ${VERSION}")
    endif()
    cmake_path(GET pc_dir PARENT_PATH lib_dir)
    run("${CXX}" ${CXX20} ${own_flags} "${WORK}/consumer/program/${program}.cpp" ${flags} "-Wl,-rpath,${lib_dir}" -o "${WORK}/${program}-by-hand")
    run("${WORK}/${program}-by-hand")
  endforeach()
endfunction()

if(WAY STREQUAL "static" OR WAY STREQUAL "shared")
  set(shared OFF)
  if(WAY STREQUAL "shared")
    set(shared ON)
  endif()
  install_as(installed -D BUILD_SHARED_LIBS=${shared})
  consume(found -D CMAKE_PREFIX_PATH=${WORK}/installed)
  consume_by_pkg_config("${WORK}/installed")
  embed_example(-D CMAKE_PREFIX_PATH=${WORK}/installed)
  if(shared)
    file(GLOB_RECURSE libraries "${WORK}/installed/*/libvalorem.so")
    # Mangled, where a name begins with its namespace; written out, it begins with the type that a template returns.
    execute_process(COMMAND nm -D --defined-only ${libraries} OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
    string(REGEX REPLACE "[;\n]+" ";" symbols "${symbols}")
    set(ours 0)
    foreach(symbol IN LISTS symbols)
      if(symbol MATCHES " [A-Za-z] _Z(T[ISVT]|GV)?NK?7valorem")
        math(EXPR ours "${ours} + 1")
      elseif(symbol MATCHES "^[0-9a-f]+ [TBDR] ")  # W, V, u: copies of templates of the standard library, by its own decree visible
        message(FATAL_ERROR "the shared library shows a name that is not its own: ${symbol}")
      endif()
    endforeach()
    if(ours EQUAL 0)
      message(FATAL_ERROR "the shared library shows no name of its own")
    endif()
  endif()
elseif(WAY STREQUAL "headers_only")
  install_as(installed -D VALOREM_BUILD_COMPILED=OFF)
  consume(found -D CMAKE_PREFIX_PATH=${WORK}/installed -D EXPECT_COMPILED=OFF -D "CMAKE_IGNORE_PATH=/usr/include;/usr/local/include")
elseif(WAY STREQUAL "embedded")
  consume(embedding -D VALOREM_EMBED=${SOURCE} -D BUILD_SHARED_LIBS=ON)  # static the build of this project is itself
elseif(WAY STREQUAL "embedded_headers_only")
  consume(embedding -D VALOREM_EMBED=${SOURCE} -D EXPECT_COMPILED=OFF)
else()
  message(FATAL_ERROR "no such way: '${WAY}'")
endif()
