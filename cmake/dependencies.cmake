# What the build finds on this machine. GLOBAL: a project that embeds this one links our targets from its own directory and
# must see what they name.

# Boost.Math headers (the accurate functions only): a package configuration where there is one, else just the headers (as
# the PyPI wheel libboost-headers lays them out; point CMAKE_PREFIX_PATH or Boost_INCLUDE_DIR at them).
add_library(valorem_boost_headers INTERFACE)
add_library(valorem::boost_headers ALIAS valorem_boost_headers)
set_target_properties(valorem_boost_headers PROPERTIES EXPORT_NAME boost_headers)
if(NOT TARGET Boost::headers)
  find_package(Boost 1.74 CONFIG QUIET GLOBAL)
endif()
if(TARGET Boost::headers)
  target_link_libraries(valorem_boost_headers INTERFACE "$<BUILD_INTERFACE:Boost::headers>")
else()
  find_path(Boost_INCLUDE_DIR boost/math/special_functions/beta.hpp REQUIRED)
  target_include_directories(valorem_boost_headers SYSTEM INTERFACE "$<BUILD_INTERFACE:${Boost_INCLUDE_DIR}>")
endif()

if(VALOREM_BUILD_COMPILED)
  find_package(fmt 9 REQUIRED)
  find_path(VALOREM_RAPIDJSON_INCLUDE_DIR rapidjson/reader.h REQUIRED)
  mark_as_advanced(VALOREM_RAPIDJSON_INCLUDE_DIR)
  if(NOT TARGET Threads::Threads)
    find_package(Threads REQUIRED GLOBAL)
  endif()
endif()
