# Boost.Math headers: a package configuration where there is one, else just the headers (as the PyPI wheel
# libboost-headers lays them out; point CMAKE_PREFIX_PATH or Boost_INCLUDE_DIR at them).
add_library(valorem_boost_headers INTERFACE)
find_package(Boost 1.74 CONFIG QUIET)
if(TARGET Boost::headers)
  target_link_libraries(valorem_boost_headers INTERFACE Boost::headers)
else()
  find_path(Boost_INCLUDE_DIR boost/math/special_functions/beta.hpp REQUIRED)
  target_include_directories(valorem_boost_headers SYSTEM INTERFACE "$<BUILD_INTERFACE:${Boost_INCLUDE_DIR}>")
endif()

find_package(fmt 9 REQUIRED)
find_path(VALOREM_RAPIDJSON_INCLUDE_DIR rapidjson/reader.h REQUIRED)
find_package(Threads REQUIRED)
