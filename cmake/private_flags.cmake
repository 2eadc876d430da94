# Flags for our own files only: never exported, never pushed on a consumer.
#
# valorem_flags(<target>)          warnings, and errors from them where VALOREM_WERROR asks
# valorem_same_bits(<target>)      what the promise of equal bits needs: no contraction to fused multiply-add, and the
#                                  two relaxations that let loops be vectorised without changing a value
# valorem_together(<target>)       compile five files at a time, unless CMAKE_UNITY_BUILD says otherwise: half of a file's
#                                  compile time goes into headers. What such files name for themselves must differ.
function(valorem_flags target)
  if(CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
    target_compile_options(${target} PRIVATE -Wall -Wextra -Wshadow -Wconversion -Wdouble-promotion -Wno-sign-conversion
                           $<$<BOOL:${VALOREM_WERROR}>:-Werror>
                           # gcc 12 sees overlap in "text" + std::to_string(n) where there is none (GCC bug 105651)
                           $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>)
  endif()
endfunction()

function(valorem_same_bits target)
  if(CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
    target_compile_options(${target} PRIVATE -ffp-contract=off -fno-math-errno -fno-trapping-math)
  endif()
endfunction()

function(valorem_together target)
  if(NOT DEFINED CMAKE_UNITY_BUILD)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 5)
  endif()
endfunction()
