/* Runs a program in a console of its own, as a terminal or a runner does: console.exe PROGRAM ARGUMENT...
   Without one there is no Ctrl-C. When this program is interrupted, all programs of that console are. */
#include <windows.h>
#include <stdio.h>
#include <wchar.h>

static PROCESS_INFORMATION process;
static volatile LONG passing;

static BOOL WINAPI pass_on(DWORD event) {
  /* This program gets its own event back, since it has to join the console to send one. */
  if (event == CTRL_C_EVENT && !InterlockedExchange(&passing, 1)) {
    FreeConsole();
    AttachConsole(process.dwProcessId);
    GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0);
  }
  return TRUE;
}

int main(void) {
  static wchar_t command[32768];
  wchar_t *arguments = GetCommandLineW();
  if (*arguments == L'"') arguments = wcschr(arguments + 1, L'"') + 1;
  else arguments += wcscspn(arguments, L" \t");
  wcscpy(command, arguments + wcsspn(arguments, L" \t"));

  STARTUPINFOW startup = {0};
  startup.cb = sizeof startup;
  startup.dwFlags = STARTF_USESTDHANDLES;
  startup.hStdInput = GetStdHandle(STD_INPUT_HANDLE);
  startup.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
  startup.hStdError = GetStdHandle(STD_ERROR_HANDLE);
  if (!CreateProcessW(NULL, command, NULL, NULL, TRUE, CREATE_NO_WINDOW, NULL, NULL, &startup, &process)) {
    fprintf(stderr, "console: cannot start %ls (error %lu)\n", command, GetLastError());
    return 127;
  }
  SetConsoleCtrlHandler(pass_on, TRUE);
  WaitForSingleObject(process.hProcess, INFINITE);
  DWORD code = 1;
  GetExitCodeProcess(process.hProcess, &code);
  return (int)code;
}
