# What the build finds on this machine. GLOBAL: a project that embeds this one links our targets from its own directory and
# must see what they name.

if(VALOREM_BUILD_COMPILED)
  find_package(fmt 9 REQUIRED)
  find_path(VALOREM_RAPIDJSON_INCLUDE_DIR rapidjson/reader.h REQUIRED)
  mark_as_advanced(VALOREM_RAPIDJSON_INCLUDE_DIR)
  if(NOT TARGET Threads::Threads)
    find_package(Threads REQUIRED GLOBAL)
  endif()
endif()
