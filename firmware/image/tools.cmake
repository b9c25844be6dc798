# Included by MicroPython's build of the RP2040 at the start of each of its projects (CMAKE_PROJECT_INCLUDE).

# The SDK's own search would build pioasm and fetch picotool when it does not find them installed; here they are.
foreach(path IN LISTS WARDBELL_TOOLS)
  get_filename_component(tool ${path} NAME)
  if(EXISTS ${path} AND NOT TARGET ${tool})
    add_executable(${tool} IMPORTED GLOBAL)
    set_target_properties(${tool} PROPERTIES IMPORTED_LOCATION ${path})
  endif()
endforeach()

# Frozen machine code of ARMv6-M (viper) loads its constants from whole words behind it; mpy-tool aligns it to half words,
# and then every second function computes with wrong ones. So what is frozen is mended when it has been written.
if(CMAKE_CURRENT_SOURCE_DIR STREQUAL CMAKE_SOURCE_DIR)
  cmake_language(DEFER CALL add_custom_command TARGET BUILD_FROZEN_CONTENT POST_BUILD
    COMMAND sed --in-place "s/aligned (2)/aligned (4)/" ${CMAKE_BINARY_DIR}/frozen_content.c VERBATIM)
endif()
