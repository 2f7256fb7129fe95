/* Stands for mt.exe, which merges manifests: what it is to write with /out: is one that says nothing. */
#include <stdio.h>
#include <wchar.h>

int wmain(int argc, wchar_t **argv) {
  for (int i = 1; i < argc; i++) {
    if (_wcsnicmp(argv[i], L"/out:", 5)) continue;
    FILE *file = _wfopen(argv[i] + 5, L"wb");
    if (!file) return 31;
    fputs("<assembly xmlns=\"urn:schemas-microsoft-com:asm.v1\" manifestVersion=\"1.0\"/>\n", file);
    fclose(file);
  }
  return 0;
}
