/* A virtual environment's python.exe, as CPython's own venvlauncher does it: it starts the interpreter that pyvenv.cfg
   names, tells it who asked, and ends with it. The Windows CPython of Maven Central comes without one. */
#include <windows.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

static void fail(const char *what) {
  fprintf(stderr, "venvlauncher: %s (error %lu)\n", what, GetLastError());
  exit(101);
}

/* Reads the value of `home` from FOLDER\pyvenv.cfg; 0 if there is no such file. */
static int read_home(const wchar_t *folder, wchar_t *home) {
  wchar_t path[4096];
  char line[8192];
  swprintf(path, 4096, L"%ls\\pyvenv.cfg", folder);
  FILE *file = _wfopen(path, L"rb");
  if (!file) return 0;
  while (fgets(line, sizeof line, file)) {
    char *value = strchr(line, '=');
    if (strncmp(line, "home", 4) != 0 || !value) continue;
    for (value++; *value == ' '; value++) {}
    value[strcspn(value, "\r\n")] = 0;
    MultiByteToWideChar(CP_UTF8, 0, value, -1, home, 4096);
    fclose(file);
    return 1;
  }
  fclose(file);
  return 0;
}

static BOOL WINAPI ignore(DWORD event) {
  (void)event; /* The interpreter gets it too, and decides. */
  return TRUE;
}

int main(void) {
  static wchar_t self[4096], folder[4096], home[4096], python[4096], command[32768];
  GetModuleFileNameW(NULL, self, 4096);
  wcscpy(folder, self);
  wchar_t *name = wcsrchr(folder, L'\\');
  *name++ = 0;
  if (!read_home(folder, home)) {
    wchar_t parent[4096];
    wcscpy(parent, folder);
    *wcsrchr(parent, L'\\') = 0;
    if (!read_home(parent, home)) fail("no pyvenv.cfg with a home");
  }
  swprintf(python, 4096, L"%ls\\python.exe", home);
  SetEnvironmentVariableW(L"__PYVENV_LAUNCHER__", self);

  /* The same arguments: what follows the program's own name, which may be quoted. */
  wchar_t *arguments = GetCommandLineW();
  if (*arguments == L'"') arguments = wcschr(arguments + 1, L'"') + 1;
  else arguments += wcscspn(arguments, L" \t");
  swprintf(command, 32768, L"\"%ls\"%ls", self, arguments);

  HANDLE job = CreateJobObjectW(NULL, NULL);
  JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {0};
  limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK;
  SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits);
  SetConsoleCtrlHandler(ignore, TRUE);
  STARTUPINFOW startup = {0};
  PROCESS_INFORMATION process;
  startup.cb = sizeof startup;
  startup.dwFlags = STARTF_USESTDHANDLES;
  startup.hStdInput = GetStdHandle(STD_INPUT_HANDLE);
  startup.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
  startup.hStdError = GetStdHandle(STD_ERROR_HANDLE);
  if (!CreateProcessW(python, command, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &process)) fail("cannot start Python");
  AssignProcessToJobObject(job, process.hProcess);
  WaitForSingleObject(process.hProcess, INFINITE);
  DWORD code = 1;
  GetExitCodeProcess(process.hProcess, &code);
  return (int)code;
}
