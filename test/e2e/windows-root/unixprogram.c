/* Lets Windows' programs call a program of the machine that Wine runs on: this file's program, named git.exe, runs
   /usr/bin/git. No registry that the suite may use has Git for Windows.

   Wine can start a Unix program, but neither waits for it nor passes on the environment, and a Windows pipe is nothing
   that a Unix program can write to. So a script says it all: the folder, the variables, the arguments with their paths
   translated; and its output and its exit status come back in files, once it is over. */
#include <windows.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

typedef char *(CDECL *to_unix_t)(const wchar_t *);
static to_unix_t to_unix;

static void quoted(FILE *out, const char *text) {
  fputc('\'', out);
  for (; *text; text++) {
    if (*text == '\'') fputs("'\\''", out);
    else fputc(*text, out);
  }
  fputc('\'', out);
}

static char *utf8(const wchar_t *text) {
  int size = WideCharToMultiByte(CP_UTF8, 0, text, -1, NULL, 0, NULL, NULL);
  char *result = malloc(size);
  WideCharToMultiByte(CP_UTF8, 0, text, -1, result, size, NULL, NULL);
  return result;
}

static int is_path(const wchar_t *text) {
  return iswalpha(text[0]) && text[1] == L':' && (text[2] == L'\\' || text[2] == L'/');
}

/* Copies text, with the path that it is or ends with in the Unix way: C:\x, file:///C:/x, --option=C:\x, or a\b. */
static char *translated(const wchar_t *text) {
  const wchar_t *path = text, *equals = wcschr(text, L'=');
  size_t keep = 0;
  if (wcsncmp(text, L"file:///", 8) == 0) path = text + 8, keep = 7;
  else if (text[0] == L'-' && equals) path = equals + 1, keep = path - text;
  if (is_path(path)) {
    char *start = utf8(text), *unix_path = to_unix(path);
    if (!unix_path) return start; /* In a folder that is not there. */
    char *result = malloc(keep + strlen(unix_path) + 1);
    memcpy(result, start, keep); /* What is kept is an option's name or a scheme: plain ASCII. */
    strcpy(result + keep, unix_path);
    return result;
  }
  char *result = utf8(text);
  if (wcschr(text, L'\\') && GetFileAttributesW(text) != INVALID_FILE_ATTRIBUTES) {
    for (char *c = result; *c; c++) {
      if (*c == '\\') *c = '/';
    }
  }
  return result;
}

/* Windows' own variables that would mislead a Unix program. */
static int is_windows_own(const wchar_t *name, size_t length) {
  static const wchar_t *const own[] = {L"PATH", L"TEMP", L"TMP", L"SHELL", L"PWD"};
  for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
    if (wcslen(own[i]) == length && _wcsnicmp(name, own[i], length) == 0) return 1;
  }
  for (size_t i = 0; i < length; i++) {
    if (!(name[i] < 128 && (iswalnum(name[i]) || name[i] == L'_')) || iswdigit(name[0])) return 1;
  }
  return length == 0;
}

static void write_environment(FILE *script) {
  wchar_t profile[1024];
  if (GetEnvironmentVariableW(L"USERPROFILE", profile, 1024)) {
    fputs("export HOME=", script), quoted(script, to_unix(profile)), fputc('\n', script);
  }
  for (const wchar_t *entry = GetEnvironmentStringsW(); *entry; entry += wcslen(entry) + 1) {
    const wchar_t *value = wcschr(entry, L'=');
    if (!value || is_windows_own(entry, value - entry)) continue;
    fprintf(script, "export %.*ls=", (int)(value - entry), entry);
    quoted(script, translated(value + 1)), fputc('\n', script);
  }
}

/* BASE.KIND, also in the Unix way and quoted for the shell. */
static wchar_t base[1024];
static wchar_t *beside(const wchar_t *kind) {
  wchar_t *path = malloc(1100 * sizeof *path);
  swprintf(path, 1100, L"%ls.%ls", base, kind);
  return path;
}
static void put_beside(FILE *script, const wchar_t *kind) { quoted(script, to_unix(beside(kind))); }

static void copy(HANDLE from, HANDLE to) {
  static char buffer[65536];
  DWORD size, written;
  while (ReadFile(from, buffer, sizeof buffer, &size, NULL) && size > 0) WriteFile(to, buffer, size, &written, NULL);
  FlushFileBuffers(to);
}

static HANDLE opened(const wchar_t *kind, int writing) {
  DWORD access = writing ? GENERIC_WRITE : GENERIC_READ, how = writing ? CREATE_ALWAYS : OPEN_EXISTING;
  return CreateFileW(beside(kind), access, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL, how, 0, NULL);
}

static void give_back(const wchar_t *kind, DWORD stream) {
  HANDLE file = opened(kind, 0);
  copy(file, GetStdHandle(stream));
  CloseHandle(file);
  DeleteFileW(beside(kind));
}

/* Reading what nobody wrote would wait for ever, so the input is read only for arguments that ask for it. */
static int wants_input(int argc, wchar_t **argv) {
  for (int i = 1; i < argc; i++) {
    if (wcscmp(argv[i], L"-") == 0 || wcsncmp(argv[i], L"--stdin", 7) == 0 || wcsncmp(argv[i], L"--batch", 7) == 0) return 1;
  }
  return 0;
}

int wmain(int argc, wchar_t **argv) {
  static wchar_t self[1024], folder[1024], here[32768], script_path[1100], command[2400];
  to_unix = (to_unix_t)GetProcAddress(GetModuleHandleW(L"kernel32"), "wine_get_unix_file_name");
  GetModuleFileNameW(NULL, self, 1024);
  wchar_t *name = wcsrchr(self, L'\\') + 1;
  wcsrchr(name, L'.')[0] = 0;
  GetWindowsDirectoryW(folder, 1024);
  swprintf(base, 1024, L"%ls\\temp\\unix-%lu-%llu", folder, GetCurrentProcessId(), GetTickCount64());
  GetCurrentDirectoryW(32768, here);

  HANDLE input = opened(L"in", 1);
  if (wants_input(argc, argv)) copy(GetStdHandle(STD_INPUT_HANDLE), input);
  CloseHandle(input);

  FILE *script = _wfopen(beside(L"sh"), L"wb");
  if (!script || !to_unix) return fprintf(stderr, "%ls: cannot write the script, or this is not Wine\n", name), 126;
  fputs("export PATH=/usr/local/bin:/usr/bin:/bin\n", script);
  write_environment(script);
  fputs("cd ", script), quoted(script, to_unix(here)), fputs(" &&\n", script);
  quoted(script, utf8(name));
  for (int i = 1; i < argc; i++) fputc(' ', script), quoted(script, translated(argv[i]));
  fputs(" <", script), put_beside(script, L"in"), fputs(" >", script), put_beside(script, L"out");
  fputs(" 2>", script), put_beside(script, L"err"), fputs("\necho $? >", script), put_beside(script, L"new");
  fputs("\nmv ", script), put_beside(script, L"new"), fputc(' ', script), put_beside(script, L"status");
  fputc('\n', script);
  fclose(script);

  STARTUPINFOW startup = {0};
  PROCESS_INFORMATION process;
  startup.cb = sizeof startup;
  MultiByteToWideChar(CP_UTF8, 0, to_unix(beside(L"sh")), -1, script_path, 1100);
  swprintf(command, 2400, L"sh \"%ls\"", script_path);
  if (!CreateProcessW(L"\\\\?\\unix\\bin\\sh", command, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &process)) {
    return fprintf(stderr, "%ls: cannot start sh (error %lu)\n", name, GetLastError()), 127;
  }
  FILE *answer;
  while (!(answer = _wfopen(beside(L"status"), L"rb"))) Sleep(3);
  int code = 127;
  fscanf(answer, "%d", &code);
  fclose(answer);
  give_back(L"out", STD_OUTPUT_HANDLE);
  give_back(L"err", STD_ERROR_HANDLE);
  DeleteFileW(beside(L"status")), DeleteFileW(beside(L"sh")), DeleteFileW(beside(L"in"));
  return code;
}
