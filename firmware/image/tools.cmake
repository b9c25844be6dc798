# The SDK's own search would build pioasm and fetch picotool when it does not find them installed; here they are.
foreach(tool picotool pioasm)
  if(NOT TARGET ${tool})
    add_executable(${tool} IMPORTED GLOBAL)
    set_target_properties(${tool} PROPERTIES IMPORTED_LOCATION ${WARDBELL_TOOLS}/${tool})
  endif()
endforeach()
