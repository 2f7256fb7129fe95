# Builds for Windows on Linux, with the compiler that PyPI's ziglang brings. No C runtime: it would have to be compiled
# first, which takes minutes. CMake takes this compiler for MinGW's, whose command line it understands.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR AMD64)
set(CMAKE_C_COMPILER
    python-zig cc -target x86_64-windows-none -nostdlib -Wl,-e,DllMain -U_MSC_VER -D__MINGW32__)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
set(CMAKE_SHARED_LINKER_FLAGS_INIT -s)
set(CMAKE_C_STANDARD_LIBRARIES "" CACHE STRING "")
