/* Stands for vswhere.exe: says where Visual Studio is, in UTF-8, where it is asked as the program of that name has to be. */
#include <windows.h>
#include <stdio.h>
#include <wchar.h>

int wmain(int argc, wchar_t **argv) {
  static const wchar_t *const wanted[] = {L"-latest", L"-products", L"*", L"-requires",
    L"Microsoft.VisualStudio.Component.VC.Tools.x86.x64", L"-property", L"installationPath", L"-utf8"};
  int count = sizeof wanted / sizeof *wanted;
  if (argc != count + 1) return fputs("Error 0x57: Expected other parameters\n", stderr), 87;
  for (int i = 0; i < count; i++) {
    if (wcscmp(argv[i + 1], wanted[i])) return fprintf(stderr, "Error 0x57: Unknown parameter: %ls\n", argv[i + 1]), 87;
  }
  fputs("C:\\Program Files\\Microsoft Visual Studio\\2022\\Größe 1 & 2\n", stdout);
  return 0;
}
