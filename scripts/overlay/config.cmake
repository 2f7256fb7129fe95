if(MSVC)
  set(CMAKE_IMPORT_LIBRARY_SUFFIX ".dll.lib")
endif()
