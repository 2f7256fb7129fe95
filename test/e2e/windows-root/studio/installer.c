/* Stands for the installer of LunarG's SDK, called as the program has to call it. An SDK is what C:\lunarg holds; where
   that has a file called broken, the installation breaks off in the middle of it. */
#include <windows.h>
#include <stdio.h>
#include <wchar.h>

static wchar_t *joined(const wchar_t *folder, const wchar_t *name) {
  static wchar_t paths[4][4096];
  static int next;
  wchar_t *path = paths[next++ & 3];
  swprintf(path, 4096, L"%ls\\%ls", folder, name);
  return path;
}

static void put(const wchar_t *root, const wchar_t *folder, const wchar_t *file) {
  CreateDirectoryW(joined(root, folder), NULL);
  wchar_t *target = joined(root, file);
  if (!CopyFileW(joined(L"C:\\lunarg", file), target, FALSE)) {
    fprintf(stderr, "cannot write %ls (error %lu)\n", target, GetLastError());
    ExitProcess(3);
  }
}

int wmain(int argc, wchar_t **argv) {
  static const wchar_t *const wanted[] = {L"--accept-licenses", L"--default-answer", L"--confirm-command", L"install",
    L"copy_only=1"};
  if (argc != 8 || wcscmp(argv[1], L"--root")) return fputs("usage: --root FOLDER ...\n", stderr), 2;
  for (int i = 0; i < 5; i++) {
    if (wcscmp(argv[i + 3], wanted[i])) return fprintf(stderr, "this wants an administrator: %ls\n", argv[i + 3]), 5;
  }
  const wchar_t *root = argv[2];
  CreateDirectoryW(root, NULL);
  CreateDirectoryW(joined(root, L"Include"), NULL);
  put(root, L"Include\\vulkan", L"Include\\vulkan\\vulkan.h");
  if (GetFileAttributesW(L"C:\\lunarg\\broken") != INVALID_FILE_ATTRIBUTES) {
    return fputs("Error: the disk is full\n", stderr), 1;
  }
  put(root, L"Lib", L"Lib\\vulkan-1.lib");
  fputs("Installation finished.\n", stdout);
  return 0;
}
