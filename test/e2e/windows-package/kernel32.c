__declspec(dllexport) unsigned GetCurrentProcessId(void) { return 1; }
