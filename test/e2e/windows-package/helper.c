__declspec(dllimport) int base_value(void);
__declspec(dllimport) unsigned GetCurrentProcessId(void);

__declspec(dllexport) int helper_value(void) { return base_value() + (GetCurrentProcessId() != 0); }
