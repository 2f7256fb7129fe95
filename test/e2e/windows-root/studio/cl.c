/* Clang posing as Microsoft's compiler. By this program's name, cl.exe, it takes Microsoft's command line; what it lacks
   of cl.exe is added here: it says what it is where it has nothing to compile; it knows /d1trimfile, also where the variable
   CL names it; and with /Brepro in that variable, no time is written either. */
#include <windows.h>
#include <stdio.h>
#include <wchar.h>

static const wchar_t OPTION[] = L"/d1trimfile:";
static const wchar_t CLANG[] = L"/clang:-ffile-prefix-map=";
static const wchar_t NO_TIME[] = L" -Wno-builtin-macro-redefined -D__DATE__=\\\"1\\\" -D__TIME__=\\\"1\\\"";

/* Copies text with Clang's option for Microsoft's: /d1trimfile:X becomes /clang:-ffile-prefix-map=X= */
static void translated(const wchar_t *text, wchar_t *result) {
  for (const wchar_t *found; (found = wcsstr(text, OPTION)); ) {
    int quoted = found > text && found[-1] == L'"';
    const wchar_t *path = found + wcslen(OPTION);
    size_t length = wcscspn(path, quoted ? L"\"" : L" ");
    result += swprintf(result, 32768, L"%.*ls%ls%.*ls=", (int)(found - text), text, CLANG, (int)length, path);
    text = path + length;
  }
  wcscpy(result, text);
}

int wmain(int argc, wchar_t **argv) {
  static wchar_t command[65536], arguments[65536], before[32768], after[65536];
  (void)argv;
  if (argc == 1) {
    fputs("Microsoft (R) C/C++ Optimizing Compiler Version 19.44.0 for x64 (stand-in)\n\nusage: cl [ option... ]\n", stderr);
    return 0;
  }
  if (GetEnvironmentVariableW(L"CL", before, 32768)) {
    translated(before, after);
    SetEnvironmentVariableW(L"CL", after);
  }
  const wchar_t *given = GetCommandLineW();
  if (*given == L'"') given = wcschr(given + 1, L'"') + 1;
  else given += wcscspn(given, L" \t");
  translated(given, arguments);
  const wchar_t *no_time = wcsstr(before, L"/Brepro") ? NO_TIME : L"";
  swprintf(command, 65536, L"clang.exe --driver-mode=cl --no-default-config%ls%ls", no_time, arguments);

  STARTUPINFOW startup = {0};
  PROCESS_INFORMATION process;
  startup.cb = sizeof startup;
  startup.dwFlags = STARTF_USESTDHANDLES;
  startup.hStdInput = GetStdHandle(STD_INPUT_HANDLE);
  startup.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
  startup.hStdError = GetStdHandle(STD_ERROR_HANDLE);
  if (!CreateProcessW(L"C:\\llvm\\bin\\clang.exe", command, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &process)) {
    return fprintf(stderr, "cl: cannot start Clang (error %lu)\n", GetLastError()), 127;
  }
  WaitForSingleObject(process.hProcess, INFINITE);
  DWORD code = 1;
  GetExitCodeProcess(process.hProcess, &code);
  return (int)code;
}
